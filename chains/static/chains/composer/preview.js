// The message beside its blocks, as a customer gets it, while it is written.
import { button, fill, icon, iconButton, make } from "./dom.js";
import { openPickList } from "./pick_list.js";

const PAUSE_MS = 250;
const YELLOW_BYTES = 80_000;
const RED_BYTES = 100_000;
const DARK = /@media\s*\(prefers-color-scheme:\s*dark\)/g;

export class Preview {
    constructor(composer) {
        this.composer = composer;
        this.width = 600;
        this.isDark = false;
        this.isPlain = false;
        this.customer = null;
        const { words, maySeeCustomers } = composer;
        this.person = button(words.made_up, () => this.choosePerson(), { name: "person" });
        this.person.disabled = !maySeeCustomers;
        this.subject = make("p", { className: "enc-strong" });
        this.preheader = make("p", { className: "composer-help" });
        // Our scripts may scroll it, and nothing in it may run: it has no leave for scripts.
        this.frame = make("iframe", {
            className: "composer-frame", title: words.preview,
            sandbox: "allow-popups allow-popups-to-escape-sandbox allow-same-origin",
        });
        this.note = make("div", { className: "composer-note" });
        this.plain = make("pre", { className: "composer-plain", hidden: true });
        this.feet = make("p", { className: "composer-help composer-size" });
        this.problem = make("p", { className: "enc-error composer-preview-problem", role: "status" });
        this.stage = make("div", { className: "composer-stage", hidden: true }, this.frame, this.note, this.plain);
        this.widths = [600, 390].map((width) => iconButton(width === 600 ? "computer" : "smartphone", fill(words.wide, { width }), () => this.setWidth(width)));
        this.dark = iconButton("dark_mode", words.dark, () => this.toggle("isDark"));
        this.text = iconButton("notes", words.plain_text, () => this.toggle("isPlain"));
        this.node = make("section", { className: "composer-preview", "aria-label": words.preview },
            make("div", { className: "composer-preview-head" }, this.person,
                make("span", { className: "composer-tools" }, ...this.widths, this.dark, this.text)),
            make("div", { className: "composer-inbox" }, this.subject, this.preheader),
            this.problem, this.stage, this.feet);
        this.sizes = new ResizeObserver(() => this.fit());
        this.sizes.observe(this.stage);
        this.setWidth(600);
        this.mark();
    }

    setWidth(width) {
        this.width = width;
        this.fit();
        this.mark();
    }

    // As wide as a letter is read; where there is less room for it, smaller as a whole.
    fit() {
        const room = this.stage.clientWidth || this.width;
        const zoom = Math.min(1, room / this.width);
        this.frame.style.width = `${this.width}px`;
        this.frame.style.zoom = zoom;
        this.frame.style.height = `${Math.round(Math.min(736, innerHeight * 0.72) / zoom)}px`;
    }

    toggle(name) {
        this[name] = !this[name];
        this.mark();
        if (this.shown) this.show(this.shown);
    }

    mark() {
        this.widths.forEach((node, index) => node.setAttribute("aria-pressed", String(this.width === [600, 390][index])));
        this.dark.setAttribute("aria-pressed", String(this.isDark));
        this.text.setAttribute("aria-pressed", String(this.isPlain));
    }

    choosePerson() {
        const { composer } = this;
        const madeUp = { label: composer.words.made_up, icon: "person", value: null };
        openPickList(composer, this.person, {
            label: composer.words.find_customer, words: composer.words,
            offers: async (typed) => {
                if (!typed) return [madeUp];
                const found = await composer.server.customers(typed);
                const people = found.map((one) => ({ label: one.name, hint: one.hint, value: one }));
                return Object.assign([...people, madeUp], { isCut: found.isCut });
            },
            onpick: (customer) => {
                this.customer = customer;
                this.person.replaceChildren(icon("person"), customer?.name ?? composer.words.made_up);
                this.ask(0);
            },
        });
    }

    ask(pause = PAUSE_MS) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.load(), pause);
    }

    async load() {
        const { composer } = this;
        this.asked?.abort();
        this.asked = new AbortController();
        const place = composer.place;
        this.node.hidden = place < 0;
        if (place < 0) return composer.showFindings([]);
        try {
            const answer = await composer.server.preview(
                { content: composer.content, place, customer: this.customer?.id ?? null }, this.asked.signal);
            if (composer.place === place) this.show(answer);
        } catch (error) {
            if (error.name !== "AbortError") throw error;
        }
    }

    show(answer) {
        const { composer } = this;
        this.shown = answer;
        if (answer.problems) composer.showProblems(answer.problems, `texts.${composer.place}.`);
        composer.showFindings(answer.findings ?? []);
        if (answer.rules) composer.showRules(answer.rules);
        composer.blocks.showHidden(answer.hidden ?? []);
        this.problem.textContent = answer.problem ? fill(composer.words.look_waits, answer) : "";
        this.node.classList.toggle("is-stale", Boolean(answer.problem));
        if (answer.problem) return;
        this.stage.hidden = false;
        const isLetter = "html" in answer;
        this.frame.hidden = !isLetter || this.isPlain;
        this.note.hidden = isLetter || this.isPlain;
        this.plain.hidden = !this.isPlain;
        this.plain.textContent = answer.text;
        this.subject.textContent = answer.subject ?? "";
        this.preheader.textContent = answer.preheader ?? "";
        for (const one of [...this.widths, this.dark]) one.hidden = !isLetter;
        if (isLetter) this.showLetter(answer);
        else this.showNote(answer);
    }

    showLetter({ html, bytes }) {
        const { words } = this.composer;
        const at = this.frame.contentWindow?.scrollY ?? 0;
        this.frame.addEventListener("load", () => this.frame.contentWindow.scrollTo(0, at), { once: true });
        this.frame.srcdoc = html.replace(DARK, this.isDark ? "@media all" : "@media not all");
        this.frame.classList.toggle("is-dark", this.isDark);
        const size = fill(words.size, { kilobytes: Math.ceil(bytes / 1000) });
        const warning = bytes >= RED_BYTES ? words.too_big : bytes >= YELLOW_BYTES ? words.nearly_too_big : "";
        this.feet.textContent = [size, warning].filter(Boolean).join(" · ");
        this.feet.classList.toggle("is-yellow", bytes >= YELLOW_BYTES && bytes < RED_BYTES);
        this.feet.classList.toggle("is-red", bytes >= RED_BYTES);
    }

    showNote({ note, text, label, picture, parts }) {
        this.note.replaceChildren(make("div", { className: "composer-bubble" },
            picture && make("img", { src: picture, alt: "" }),
            note && make("p", { className: "enc-strong", textContent: note }),
            make("p", { className: "enc-pre", textContent: text }),
            label && make("span", { className: "enc-button", textContent: label })));
        this.feet.textContent = parts ?? "";
        this.feet.classList.remove("is-yellow", "is-red");
    }

    destroy() {
        this.sizes.disconnect();
        clearTimeout(this.timer);
        this.asked?.abort();
    }
}
