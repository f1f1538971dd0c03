// The draft keeps itself; saving makes it the template. What somebody else changed meanwhile is never written over.
import { button, fill, make, openDialog } from "./dom.js";

const PAUSE_MS = 2000;

export class Saving {
    constructor(composer, { base, draft }) {
        Object.assign(this, { composer, base, revision: draft?.revision ?? "", draft });
        this.isDirty = false;
        this.state = make("span", { className: "composer-state", role: "status" });
        this.notice = make("div", { className: "composer-draft", hidden: true });
        this.save = button(composer.words.save, () => this.publish({ isDone: true }), { className: "enc-button enc-button-main" });
        this.leaving = () => document.visibilityState === "hidden" && this.keep({ keepalive: true });
        document.addEventListener("visibilitychange", this.leaving);
        this.showDraft();
    }

    showDraft() {
        const { words, canChange } = this.composer;
        this.notice.hidden = !this.draft;
        if (!this.draft) return;
        this.notice.replaceChildren(make("span", { textContent: fill(words.draft_of, this.draft) }),
            canChange ? button(words.discard, () => this.askDiscard()) : "");
    }

    changed() {
        this.isDirty = true;
        this.say(this.composer.words.unsaved);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.keep(), PAUSE_MS);
    }

    say(words) {
        this.state.textContent = words;
    }

    get stamp() {
        return { base: this.base, revision: this.revision };
    }

    // One after the other: the answer to the first has the number that the second must name.
    keep(more) {
        clearTimeout(this.timer);
        this.turn = (this.turn ?? Promise.resolve()).then(() => this.keepNow(more));
        return this.turn;
    }

    async keepNow(more) {
        if (!this.isDirty || !this.composer.canChange || this.isStopped) return;
        this.isDirty = false;
        const answer = await this.composer.server.draft({ content: this.composer.content, ...this.stamp }, more);
        if (answer.status === 409) return this.clash(answer);
        if (answer.problem) {
            this.isDirty = true;
            this.say(answer.problem);
            return;
        }
        this.revision = answer.revision;
        if (!this.isDirty) this.say(this.composer.words.draft_kept);
        this.composer.showProblems(answer.problems, "");
    }

    // `isDone`: by the button, and not by keys in the midst of writing.
    publish({ isDone = false } = {}) {
        clearTimeout(this.timer);
        this.turn = (this.turn ?? Promise.resolve()).then(() => this.publishNow(isDone));
        return this.turn;
    }

    async publishNow(isDone) {
        const { composer } = this;
        this.isDirty = false;
        const answer = await composer.server.save({ content: composer.content, ...this.stamp });
        if (answer.status === 409) return this.clash(answer);
        if (answer.problem) return this.refused(answer);
        Object.assign(this, { base: answer.base, revision: "", draft: null });
        this.showDraft();
        composer.showProblems({}, "");
        composer.settings.named(answer.name);
        if (!this.isDirty) this.say(composer.words.saved);
        composer.dispatch("saved", { id: answer.id, name: answer.name, isDone });
    }

    refused({ problem, problems }) {
        this.changed();
        this.say(problem);
        if (problems) this.composer.showProblems(problems, "");
        this.composer.blocks.cards.forEach((card) => (card.isNew = false));
        this.composer.leadToProblem();
    }

    askDiscard() {
        const { composer } = this;
        const close = openDialog(composer, composer.words.discard, composer.words,
            make("p", { textContent: composer.words.discard_help }),
            make("div", { className: "enc-row composer-dialog-feet" },
                button(composer.words.discard, async () => {
                    close();
                    await this.turn;
                    const answer = await composer.server.discard(this.stamp);
                    if (answer.status === 409) return this.clash(answer);
                    if (answer.problem) return this.say(answer.problem);
                    this.take(answer);
                }, { className: "enc-button enc-button-bad" })));
    }

    // Somebody else's words in place of these.
    take({ content, base, draft }) {
        Object.assign(this, { base, draft, revision: draft?.revision ?? "", isStopped: false });
        this.composer.store.replace(content);
        clearTimeout(this.timer);
        this.isDirty = false;
        this.showDraft();
        this.say("");
    }

    clash(answer) {
        const { composer } = this;
        const { words } = composer;
        this.isStopped = true;
        this.say(answer.problem);
        const close = openDialog(composer, words.clash, words,
            make("p", { textContent: answer.problem }),
            make("p", { className: "composer-help", textContent: words.clash_help }),
            make("div", { className: "enc-row composer-dialog-feet" },
                button(words.take_theirs, () => {
                    close();
                    this.take(answer.theirs);
                }),
                button(words.keep_mine, async () => {
                    const made = await composer.server.copy({ content: composer.content });
                    if (made.problem) return this.say(made.problem);
                    close();
                    composer.dispatch("copied", made);
                    location.assign(made.url);
                }, { className: "enc-button enc-button-main" })));
    }

    destroy() {
        this.keep({ keepalive: true });
        document.removeEventListener("visibilitychange", this.leaving);
    }
}
