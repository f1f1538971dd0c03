// To whom a block is shown: the segment builder, drawn by the server, in a dialog.
import { button, make, openDialog } from "./dom.js";

export async function editRule(composer, block, onchange) {
    const { words, server } = composer;
    const { html } = await server.ruleForm(block.rule);
    const place = make("div", { className: "composer-rule-form", innerHTML: html });
    const problem = make("p", { className: "enc-error", role: "alert" });
    const done = async () => {
        const rule = place.querySelector("[data-json]").value;
        const answer = await server.checkRule(rule);
        problem.textContent = answer.problem ?? "";
        if (answer.problem) return;
        close();
        onchange(answer.rule, answer.words);
    };
    const close = openDialog(composer, words.who_sees, words,
        make("p", { className: "composer-help", textContent: words.who_sees_help }), place, problem,
        make("div", { className: "enc-row composer-dialog-feet" },
            button(words.done, done, { className: "enc-button enc-button-main" }),
            button(words.everybody, () => {
                close();
                onchange(null, "");
            })));
    window.encoreRule.start(place);
}
