// The content being written, and every state it had: one act is one entry.
const MOST = 300;
const PAUSE_MS = 1000;

export class Store extends EventTarget {
    constructor(content) {
        super();
        this.content = content;
        this.past = [JSON.stringify(content)];
        this.at = 0;
        this.last = { act: null, moment: 0 };
    }

    // `act` names what is done; typing on in the same field is one act.
    change(act, edit) {
        edit(this.content);
        const state = JSON.stringify(this.content);
        if (state === this.past[this.at]) return;
        const goesOn = act && act === this.last.act && Date.now() - this.last.moment < PAUSE_MS && this.at === this.past.length - 1;
        this.last = { act, moment: Date.now() };
        this.past.length = this.at + 1;
        if (goesOn && this.at > 0) this.past[this.at] = state;
        else this.past.push(state);
        if (this.past.length > MOST) this.past.shift();
        this.at = this.past.length - 1;
        this.tell("change", { act });
    }

    get canUndo() {
        return this.at > 0;
    }

    get canRedo() {
        return this.at < this.past.length - 1;
    }

    undo() {
        if (this.canUndo) this.goTo(this.at - 1);
    }

    redo() {
        if (this.canRedo) this.goTo(this.at + 1);
    }

    goTo(at) {
        this.at = at;
        this.last.act = null;
        this.content = JSON.parse(this.past[at]);
        this.tell("change", { act: "history" });
    }

    // What somebody else wrote in place of this; it can be undone.
    replace(content) {
        this.change(null, () => (this.content = content));
        this.tell("change", { act: "history" });
    }

    tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}

export function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(4))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

export const withNewKey = (block) => ({ ...structuredClone(block), key: newKey() });
