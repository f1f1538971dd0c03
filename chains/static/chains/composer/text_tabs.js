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
            composer, isOn: one.value === composer.at.channel, isEmpty: !written(one.value), onopen: () => composer.open({ channel: one.value }),
        })));
        this.languages.replaceChildren(...composer.languages.map(([code, name]) => tab(name, {
            composer, isOn: code === composer.at.language, isEmpty: !written(composer.at.channel, code), onopen: () => composer.open({ language: code }),
        })));
        this.more.replaceChildren();
        if (composer.place >= 0 && composer.canChange) {
            this.more.append(button(words.remove_text, () => this.remove(), { name: "delete", className: "composer-quiet" }));
        }
    }

    // What is said where nothing is written yet, above the fields to write into.
    emptyNotice() {
        const { composer } = this;
        const { words, at, content } = composer;
        const names = { channel: composer.channel.label, language: Object.fromEntries(composer.languages)[at.language] };
        const others = content.texts.filter((one) => one.channel === at.channel);
        const copyFrom = (source) => button(
            fill(words.begin_from, { language: Object.fromEntries(composer.languages)[source.language] }),
            () => this.begin({ ...source, blocks: source.blocks.map(withNewKey) }));
        if (composer.canChange && !others.length) return "";
        return make("div", { className: "composer-empty" },
            make("p", { textContent: fill(words.nothing_written, names) }),
            composer.canChange && make("div", { className: "enc-row" }, ...others.map(copyFrom)));
    }

    begin(text) {
        const { composer } = this;
        composer.store.change(null, () => composer.content.texts.push({ ...text, ...composer.at }));
        composer.draw();
        composer.focusText();
    }

    remove() {
        const { composer } = this;
        composer.store.change(null, () => composer.content.texts.splice(composer.place, 1));
        composer.draw();
        composer.say(composer.words.said_text_removed);
    }
}

// Whoever presses an empty one by mouse is about to write; whoever walks by arrows goes on walking.
function tab(label, { composer, isOn, isEmpty, onopen }) {
    return make("button", {
        type: "button", role: "tab", className: `composer-tab${isEmpty ? " is-empty" : ""}${composer.canChange ? " may-begin" : ""}`, "aria-selected": String(isOn),
        tabIndex: isOn ? 0 : -1, textContent: label,
        onclick: (event) => {
            onopen();
            if (event.detail && composer.place < 0 && composer.canChange) composer.focusText();
        },
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
