// What a template is besides its texts: name, purpose, topic, tags.
import { labelled, make } from "./dom.js";

export class Settings {
    constructor(composer) {
        this.composer = composer;
        const { words, canChange, purposes, topics } = composer;
        const change = (name, value) => composer.store.change(`template.${name}`, () => (composer.content[name] = value));
        const choice = (name, options) => make("select", {
            className: "composer-input", disabled: !canChange, onchange: (event) => change(name, event.target.value),
        }, ...options.map(([value, label]) => make("option", { value, textContent: label })));
        this.name = make("input", {
            type: "text", className: "composer-input composer-name", maxLength: 200, readOnly: !canChange, "aria-label": words.name,
            oninput: () => change("name", this.name.value),
        });
        this.purpose = choice("purpose", purposes);
        this.topic = choice("topic", topics);
        this.tags = make("input", {
            type: "text", className: "composer-input", readOnly: !canChange,
            oninput: () => change("tags", this.tags.value.split(",").map((one) => one.trim()).filter(Boolean)),
        });
        this.problems = Object.fromEntries(["name", "purpose", "topic", "tags"].map((name) => [name, make("ul", { className: "composer-problems" })]));
        this.node = make("details", { className: "composer-settings" },
            make("summary", { className: "enc-link", textContent: words.settings }),
            make("div", { className: "composer-settings-fields" },
                labelled(words.purpose, this.purpose, words.purpose_help), labelled(words.topic, this.topic, words.topic_help),
                labelled(words.tags, this.tags, words.tags_help)),
            ...["purpose", "topic", "tags"].map((name) => this.problems[name]));
        this.draw();
    }

    // What is only begun is named by the server after its first words.
    named(name) {
        this.composer.content.name = name;
        this.draw();
    }

    draw() {
        const { content } = this.composer;
        const put = (control, value) => document.activeElement === control || (control.value = value);
        put(this.name, content.name);
        put(this.purpose, content.purpose);
        put(this.topic, content.topic);
        put(this.tags, content.tags.join(", "));
    }
}
