// A test of the channel that is shown, to any address or to this browser, in one language or all, for the customer that
// the preview shows.
import { subscribe } from "../push_subscribe.js";
import { fill, labelled, make, openDialog, button } from "./dom.js";

export function openTestSend(composer) {
    const { words, server, preview, channel } = composer;
    if (!channel.test.isConnected) return sayNotConnected(composer);
    const isPush = channel.value === "push";
    const isEmail = channel.value === "email";
    const to = make("input", {
        type: "text", className: "composer-input", value: isEmail ? composer.ownAddress : "",
        autocomplete: isEmail ? "email" : channel.value === "sms" ? "tel" : "off", required: true,
    });
    const language = make("select", { className: "composer-input" },
        make("option", { value: "", textContent: words.every_language }),
        ...composer.languages.map(([code, name]) => make("option", { value: code, textContent: name })));
    language.value = composer.at.language;
    const said = make("p", { role: "status" });
    const send = make("button", { type: "submit", className: "enc-button enc-button-main", textContent: words.send_test });
    const form = make("form", { className: "composer-form", onsubmit: async (event) => {
        event.preventDefault();
        send.disabled = true;
        said.className = "";
        said.textContent = words.sending;
        const answer = await ask();
        send.disabled = false;
        said.className = answer.problem ? "enc-error" : "composer-good";
        said.textContent = answer.problem ?? answer.said;
    } },
        isPush ? make("p", { textContent: words.test_in_browser }) : labelled(words.test_to, to, isEmail ? words.test_to_help : channel.test.address),
        labelled(words.test_language, language),
        make("p", { className: "composer-help", textContent: preview.customer ? fill(words.test_as, preview.customer) : words.test_as_made_up }),
        said, make("div", { className: "enc-row composer-dialog-feet" }, send, button(words.close, () => close())));

    async function ask() {
        const given = {
            content: composer.content, channel: channel.value, language: language.value, customer: preview.customer?.id ?? null,
        };
        if (!isPush) return server.test({ ...given, address: to.value });
        try {
            const { pushKey: key, pushWorker: worker } = channel.test;
            return server.test({ ...given, subscription: JSON.stringify(await subscribe({ key, worker })) });
        } catch {
            return { problem: words.no_browser };
        }
    }

    const close = openDialog(composer, `${words.test_message}: ${channel.label}`, words, form);
    to.select();
}

function sayNotConnected(composer) {
    const { words, channel } = composer;
    openDialog(composer, `${words.test_message}: ${channel.label}`, words,
        make("p", { textContent: fill(words.not_connected, { channel: channel.label }) }),
        make("p", { className: "composer-help", textContent: channel.test.setUp }),
        make("p", {}, make("a", { className: "enc-link", href: composer.urls.channels, textContent: words.channels })));
}
