// A test letter to any address, in one language or all, for the customer that the preview shows.
import { button, fill, labelled, make, openDialog } from "./dom.js";

export function openTestSend(composer) {
    const { words, server, preview } = composer;
    const to = make("input", { type: "text", className: "composer-input", value: composer.ownAddress, autocomplete: "email", required: true });
    const language = make("select", { className: "composer-input" },
        make("option", { value: "", textContent: words.every_language }),
        ...composer.languages.map(([code, name]) => make("option", { value: code, textContent: name })));
    if (composer.text?.channel === "email") language.value = composer.text.language;
    const said = make("p", { role: "status" });
    const send = make("button", { type: "submit", className: "enc-button enc-button-main", textContent: words.send_test });
    const form = make("form", { className: "composer-form", onsubmit: async (event) => {
        event.preventDefault();
        send.disabled = true;
        said.textContent = words.sending;
        const answer = await server.test({
            content: composer.content, to: to.value, language: language.value, customer: preview.customer?.id ?? null,
        });
        send.disabled = false;
        said.className = answer.problem ? "enc-error" : "composer-good";
        said.textContent = answer.problem ?? answer.said;
    } },
        labelled(words.test_to, to, words.test_to_help), labelled(words.test_language, language),
        make("p", { className: "composer-help", textContent: preview.customer ? fill(words.test_as, preview.customer) : words.test_as_made_up }),
        said, make("div", { className: "enc-row composer-dialog-feet" }, send, button(words.close, () => close())));
    const close = openDialog(composer, words.test_message, words, form);
    to.select();
}
