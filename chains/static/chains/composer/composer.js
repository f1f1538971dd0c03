// <encore-composer data-url="…" data-failed="…">: a template written where the element stands, on a page of its own or in a dialog.
// It tells `composer:saved`, `composer:copied` and `composer:closed`, and leaves nothing behind when it is taken away.
import { BlockList } from "./block_list.js";
import { adviceLine, problemLine } from "./block_card.js";
import { button, fill, iconButton, make } from "./dom.js";
import { LineField } from "./line_field.js";
import { Placeholders } from "./placeholders.js";
import { Preview } from "./preview.js";
import { Saving } from "./saving.js";
import { Server } from "./server.js";
import { Settings } from "./settings.js";
import { Store } from "./store.js";
import { openTestSend } from "./test_send.js";
import { TextTabs } from "./text_tabs.js";

const LAST_TAB = "composer-at";

class Composer extends HTMLElement {
    async connectedCallback() {
        if (this.store) return;
        this.classList.add("enc", "composer");
        this.setAttribute("aria-busy", "true");
        const answer = await fetch(this.dataset.url);
        if (!this.isConnected) return;
        if (!answer.ok) return this.replaceChildren(make("p", { role: "alert", textContent: this.dataset.failed }));
        this.begin(await answer.json());
        this.removeAttribute("aria-busy");
    }

    disconnectedCallback() {
        // Moved within the page, it stays what it was.
        queueMicrotask(() => {
            if (this.isConnected || !this.store) return;
            this.saving.destroy();
            this.blocks.destroy();
            this.preview.destroy();
            this.lines.forEach((line) => line.destroy());
            this.dispatch("closed", {});
        });
    }

    begin(data) {
        const { content, problems, base, draft, ...rest } = data;
        Object.assign(this, rest, { problems: {}, lines: [] });
        this.store = new Store(content);
        this.server = new Server(data.urls, data.words);
        this.placeholders = new Placeholders(this, data.placeholders, data.words);
        this.at = this.firstText();
        this.blocks = new BlockList(this);
        this.preview = new Preview(this);
        this.saving = new Saving(this, { base, draft });
        this.settings = new Settings(this);
        this.tabs = new TextTabs(this);
        this.drawFrame();
        this.draw();
        if (this.text && this.place < 0) this.focusText();
        this.showProblems(problems, "");
        this.store.addEventListener("change", (event) => this.changed(event.detail.act));
        this.addEventListener("keydown", (event) => this.pressed(event));
    }

    get content() {
        return this.store.content;
    }

    get place() {
        return this.content.texts.findIndex((one) => one.channel === this.at.channel && one.language === this.at.language);
    }

    // Where nothing is written yet there are empty fields, and what is typed into them begins the text.
    get text() {
        return this.content.texts[this.place] ?? (this.canChange ? this.unwritten : undefined);
    }

    get unwritten() {
        const { channel, language } = this.at;
        if (this.begun?.channel !== channel || this.begun.language !== language) {
            this.begun = { channel, language, subject: "", preheader: "", blocks: [this.blocks.fresh("words")] };
        }
        return this.begun;
    }

    // Every act on the text that is shown; see `Store.change`.
    write(act, edit) {
        const isFirst = this.place < 0;
        this.store.change(act, () => {
            if (isFirst) this.content.texts.push(structuredClone(this.begun));
            edit(this.text);
        });
        if (isFirst) this.draw();
    }

    get channel() {
        return this.channels.find((one) => one.value === this.at.channel);
    }

    kind(value) {
        return this.kinds.find((one) => one.kind === value);
    }

    firstText() {
        const texts = this.content.texts;
        const wanted = JSON.parse(sessionStorage.getItem(LAST_TAB) ?? "null");
        const text = texts.find((one) => one.channel === wanted?.channel && one.language === wanted?.language)
            ?? texts.find((one) => one.language === this.language) ?? texts[0];
        return { channel: text?.channel ?? this.channels[0].value, language: text?.language ?? this.shopLanguage };
    }

    open(where) {
        Object.assign(this.at, where);
        sessionStorage.setItem(LAST_TAB, JSON.stringify(this.at));
        this.draw();
    }

    drawFrame() {
        const { words, canChange, saving } = this;
        this.undo = iconButton("undo", `${words.undo} (Ctrl+Z)`, () => this.store.undo());
        this.redo = iconButton("redo", `${words.redo} (Ctrl+Shift+Z)`, () => this.store.redo());
        this.count = button("", () => this.leadToProblem(), { className: "composer-count", hidden: true });
        this.live = make("p", { className: "enc-unseen", role: "status", "aria-live": "polite" });
        this.head = make("div", { className: "composer-lines" });
        this.empty = make("div");
        this.advice = make("ul", { className: "composer-advice" });
        const views = ["edit", "look"].map((view) => make("button", {
            type: "button", className: "composer-tab", textContent: words[`view_${view}`], "aria-pressed": String(view === "edit"),
            onclick: () => {
                this.dataset.view = view;
                views.forEach((one, index) => one.setAttribute("aria-pressed", String(["edit", "look"][index] === view)));
            },
        }));
        this.dataset.view = "edit";
        this.replaceChildren(
            make("div", { className: "composer-bar" }, this.settings.name,
                make("div", { className: "composer-acts" }, saving.state, this.count,
                    canChange && this.undo, canChange && this.redo,
                    this.maySendTests && button(words.test_message, () => openTestSend(this), { name: "send" }), canChange && saving.save)),
            this.settings.problems.name, canChange ? saving.notice : make("p", { className: "composer-help", textContent: words.read_only }),
            this.settings.node, this.tabs.node,
            make("div", { className: "composer-views" }, ...views),
            make("div", { className: "composer-body" },
                make("div", { className: "composer-write" }, this.empty, this.head, this.advice, this.blocks.node), this.preview.node),
            this.live);
    }

    draw() {
        this.tabs.draw();
        this.settings.draw();
        this.empty.replaceChildren(this.place < 0 ? this.tabs.emptyNotice() : "");
        this.drawLines();
        this.blocks.draw();
        this.blocks.node.hidden = !this.text;
        this.blocks.showHidden([]);
        this.drawUndo();
        this.placeProblems();
        this.preview.ask(0);
    }

    // Subject and preheader; the fields of the same text stay, with the cursor in them.
    drawLines() {
        const shown = this.text ? `${this.text.channel} ${this.text.language}` : "";
        const wanted = this.text ? ["subject", "preheader"].filter((name) => this.channel.lines[name]) : [];
        if (shown !== this.linesOf) {
            this.lines.forEach((line) => line.destroy());
            this.lines = wanted.map((name) => this.makeLine(name));
            this.head.replaceChildren(...this.lines.map((line) => line.node));
            this.linesOf = shown;
        }
        this.lines.forEach((line) => line.set(this.text[line.name]));
    }

    makeLine(name) {
        const line = new LineField(this, {
            label: this.channel.lines[name], help: this.words[`${name}_help`], value: this.text[name],
            onchange: (value) => this.write(`${name}.${this.linesOf}`, (text) => (text[name] = value)),
        });
        line.name = name;
        line.problems = make("ul", { className: "composer-problems", role: "alert" });
        line.node.append(line.problems);
        return line;
    }

    focusText() {
        (this.lines[0] ?? this.blocks.cards.values().next().value)?.focus();
    }

    // Enter in a line goes on to what is written next.
    focusBehind(node) {
        const places = [...this.querySelectorAll(".composer-write [role=textbox]")];
        if (places.includes(node)) places[places.indexOf(node) + 1]?.focus();
        return true;
    }

    changed(act) {
        if (act === "history") this.draw();
        this.drawUndo();
        this.preview.ask();
        this.saving.changed();
    }

    drawUndo() {
        this.undo.disabled = !this.store.canUndo;
        this.redo.disabled = !this.store.canRedo;
    }

    pressed(event) {
        const isCommand = event.ctrlKey || event.metaKey;
        // Plain fields of a window above have an undoing of their own.
        if (!isCommand || !this.canChange || event.target.closest("dialog.composer-dialog, .composer-popover")) return;
        if (event.code === "KeyZ") event.shiftKey ? this.store.redo() : this.store.undo();
        else if (event.code === "KeyY") this.store.redo();
        else if (event.code === "KeyS") this.saving.publish();
        else return;
        event.preventDefault();
    }

    // `found` by path; those that begin with `within` take the place of what was known there.
    showProblems(found, within) {
        const others = Object.entries(this.problems).filter(([path]) => !path.startsWith(within));
        this.problems = { ...Object.fromEntries(others), ...found };
        this.placeProblems();
    }

    placeProblems() {
        const all = Object.entries(this.problems);
        const own = all.filter(([path]) => path.startsWith(`texts.${this.place}.`))
            .map(([path, said]) => [path.split(".").slice(2).join("."), said]);
        this.blocks.showProblems(own.filter(([path]) => path.startsWith("blocks.")).map(([path, said]) => [path.slice("blocks.".length), said]));
        for (const line of this.lines) put(line.problems, own.find(([path]) => path === line.name)?.[1]);
        for (const [name, list] of Object.entries(this.settings.problems)) {
            put(list, all.filter(([path]) => path.split(".")[0] === name).flatMap(([_path, said]) => said));
        }
        const number = all.reduce((sum, [_path, said]) => sum + said.length, 0);
        this.count.hidden = !number;
        this.count.textContent = fill(this.words.problems, { number });
    }

    // What the health check says of this text: at the block it is about, or above all of them.
    showFindings(findings) {
        this.blocks.showFindings(findings);
        this.advice.replaceChildren(...findings.filter((one) => !one.block).map(adviceLine));
    }

    leadToProblem() {
        const [path] = Object.keys(this.problems).sort((a, b) => this.nearness(a) - this.nearness(b));
        if (path === undefined) return;
        const [root, place, , index] = path.split(".");
        if (root === "texts") this.open({ channel: this.content.texts[place].channel, language: this.content.texts[place].language });
        else this.settings.node.open = root !== "name";
        const first = this.querySelector(".composer-problems li");
        const card = first?.closest(".composer-block, .composer-field");
        (card ?? first)?.scrollIntoView({ block: "center", behavior: "smooth" });
        if (index !== undefined) this.blocks.cards.get(this.text.blocks[index]?.key)?.focus();
    }

    nearness(path) {
        return path.startsWith(`texts.${this.place}.`) ? 0 : 1;
    }

    showRules(said) {
        Object.assign(this.ruleWords, said);
        for (const card of this.blocks.cards.values()) card.showRule();
    }

    say(words) {
        this.live.textContent = words;
    }

    dispatch(name, detail) {
        this.dispatchEvent(new CustomEvent(`composer:${name}`, { detail, bubbles: true }));
    }
}

const put = (list, sentences = []) => list.replaceChildren(...sentences.map(problemLine));

customElements.define("encore-composer", Composer);
