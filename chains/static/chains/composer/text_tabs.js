// Which text is written: a channel, and within it a language.
import { button, fill, make } from "./dom.js";
import { withNewKey } from "./store.js";

export class TextTabs {
    constructor(composer) {
        this.composer = composer;
        this.channels = make("div", { className: "composer-tabs", role: "tablist", "aria-label": composer.words.channels });
        this.languages = make("div", { className: "composer-tabs composer-languages", role: "tablist", "aria-label": composer.words.languages });
        this.more = make("div", { className: "enc-row" });
        this.node = make("div", { className: "composer-texts" }, this.channels, make("div", { className: "enc-row composer-language-row" }, this.languages, this.more));
        for (const list of [this.channels, this.languages]) list.addEventListener("keydown", walk);
    }

    draw() {
        const { composer } = this;
        const { content, words } = composer;
        const written = (channel, language) => content.texts.some((one) => one.channel === channel && (!language || one.language === language));
        this.channels.replaceChildren(...composer.channels.map((one) => tab(one.label, {
            isOn: one.value === composer.at.channel, isEmpty: !written(one.value), onclick: () => composer.open({ channel: one.value }),
        })));
        this.languages.replaceChildren(...composer.languages.map(([code, name]) => tab(name, {
            isOn: code === composer.at.language, isEmpty: !written(composer.at.channel, code), onclick: () => composer.open({ language: code }),
        })));
        this.more.replaceChildren();
        if (composer.text && composer.canChange) {
            this.more.append(button(words.remove_text, () => this.remove(), { name: "delete", className: "composer-quiet" }));
        }
    }

    // What stands where nothing is written yet.
    emptyNotice() {
        const { composer } = this;
        const { words, at, content } = composer;
        const names = { channel: composer.channel.label, language: Object.fromEntries(composer.languages)[at.language] };
        const others = content.texts.filter((one) => one.channel === at.channel);
        const copyFrom = (source) => button(
            fill(words.begin_from, { language: Object.fromEntries(composer.languages)[source.language] }),
            () => this.begin({ ...structuredClone(source), blocks: source.blocks.map(withNewKey) }));
        return make("div", { className: "composer-empty" },
            make("p", { textContent: fill(words.nothing_written, names) }),
            composer.canChange && make("div", { className: "enc-row" },
                button(words.begin, () => this.begin({}), { name: "edit", className: "enc-button enc-button-main" }), ...others.map(copyFrom)));
    }

    begin(source) {
        const { composer } = this;
        const { channel, language } = composer.at;
        const text = { subject: "", preheader: "", blocks: [], ...source, channel, language };
        if (!text.blocks.length) text.blocks.push(composer.blocks.fresh("words"));
        composer.store.change(null, () => composer.content.texts.push(text));
        composer.draw();
        for (const card of composer.blocks.cards.values()) card.isNew = true;
        composer.focusText();
    }

    remove() {
        const { composer } = this;
        composer.store.change(null, () => composer.content.texts.splice(composer.place, 1));
        composer.draw();
        composer.say(composer.words.said_text_removed);
    }
}

function tab(label, { isOn, isEmpty, onclick }) {
    return make("button", {
        type: "button", role: "tab", className: `composer-tab${isEmpty ? " is-empty" : ""}`, "aria-selected": String(isOn),
        tabIndex: isOn ? 0 : -1, textContent: label, onclick,
    });
}

function walk(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const tabs = [...event.currentTarget.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + by + tabs.length) % tabs.length];
    next.click();
    event.currentTarget.children[tabs.indexOf(next)].focus();
    event.preventDefault();
}
