// The blocks of one text: added between any two, moved by drag or keys, copied from one template to another.
import { fill, icon, make } from "./dom.js";
import { BlockCard } from "./block_card.js";
import { takePictures } from "./picture_drop.js";
import { openPickList, searched } from "./pick_list.js";
import { editRule } from "./rule_dialog.js";
import { newKey, withNewKey } from "./store.js";

const CLIPBOARD = "encore-copied-block";

export class BlockList {
    constructor(composer) {
        this.composer = composer;
        this.cards = new Map();
        this.list = make("ol", { className: "composer-blocks", "aria-label": composer.words.blocks });
        this.node = make("div", {}, this.list);
        if (!composer.canChange) return;
        this.sortable = this.makeSortable();
        takePictures(this);
    }

    makeSortable() {
        return window.Sortable.create(this.list, {
            handle: ".composer-handle", draggable: ".composer-block", animation: 120, forceFallback: true, fallbackTolerance: 4,
            onEnd: ({ item, oldDraggableIndex: from, newDraggableIndex: to }) => from !== to && this.place(item.card, to),
        });
    }

    get text() {
        return this.composer.text;
    }

    // Draws what the content holds; the cards of blocks that stay are kept with what is focused in them.
    draw() {
        const blocks = this.text?.blocks ?? [];
        const keys = new Set(blocks.map((one) => one.key));
        for (const [key, card] of this.cards) {
            if (keys.has(key) && card.block.kind === blocks.find((one) => one.key === key).kind) continue;
            card.destroy();
            this.cards.delete(key);
        }
        const nodes = [];
        for (const block of blocks) {
            const card = this.cards.get(block.key);
            if (card) card.give(block);
            else this.cards.set(block.key, new BlockCard(this.composer, this, block));
            nodes.push(this.adder(nodes.length / 2), this.cards.get(block.key).node);
        }
        nodes.push(this.adder(blocks.length));
        this.list.querySelectorAll(":scope > .composer-add").forEach((one) => one.remove());
        // A node that is put in again loses its focus, so those that stand where they should are left there.
        nodes.forEach((node, index) => this.list.children[index] === node || this.list.insertBefore(node, this.list.children[index] ?? null));
    }

    adder(index) {
        const { words, canChange } = this.composer;
        const isLast = index === (this.text?.blocks.length ?? 0);
        const press = make("button", {
            type: "button", className: isLast ? "enc-button" : "composer-plus", hidden: !canChange,
            title: words.add_block, "aria-label": isLast ? words.add_block : fill(words.add_block_before, { number: index + 1 }),
            onclick: () => this.openKinds(press, index),
        }, icon("add"), isLast && words.add_block);
        return make("li", { className: "composer-add", role: "presentation" }, press);
    }

    openKinds(anchor, index) {
        const { composer } = this;
        const options = composer.kinds
            .filter((kind) => composer.channel.kinds.includes(kind.kind))
            .map((kind) => ({ label: kind.label, hint: kind.help, icon: kind.icon, value: kind.kind }));
        const copied = this.copied();
        if (copied) options.unshift({ label: fill(composer.words.paste_block, { kind: composer.kind(copied.kind).label }), icon: "content_paste", value: "" });
        openPickList(composer, anchor, {
            label: composer.words.find_kind, words: composer.words, offers: searched(options),
            onpick: (value) => this.insert(index, value ? this.fresh(value) : withNewKey(copied)),
            onclose: (isElsewhere) => isElsewhere || anchor.focus(),
        });
    }

    fresh(kind) {
        return { key: newKey(), kind, rule: null, content: structuredClone(this.composer.kind(kind).content) };
    }

    insert(index, block) {
        this.change((blocks) => blocks.splice(index, 0, block));
        this.cards.get(block.key).isNew = true;
        this.cards.get(block.key).focus();
        this.composer.say(fill(this.composer.words.said_added, { kind: this.composer.kind(block.kind).label }));
    }

    change(edit) {
        this.composer.write(null, (text) => edit(text.blocks));
        this.draw();
    }

    index(card) {
        return this.text.blocks.findIndex((one) => one.key === card.block.key);
    }

    move(card, by) {
        const to = this.index(card) + by;
        if (to >= 0 && to < this.text.blocks.length) this.place(card, to);
    }

    place(card, to) {
        const focused = card.node.contains(document.activeElement) ? document.activeElement : card.handle;
        this.change((blocks) => blocks.splice(to, 0, ...blocks.splice(this.index(card), 1)));
        focused.focus();
        card.node.scrollIntoView({ block: "nearest" });
        this.composer.say(fill(this.composer.words.said_moved, { number: to + 1, all: this.text.blocks.length }));
    }

    walk(card, by) {
        const next = this.text.blocks[this.index(card) + by];
        if (next) this.cards.get(next.key).node.focus();
    }

    duplicate(card) {
        this.insert(this.index(card) + 1, withNewKey(card.current()));
    }

    remove(card) {
        const index = this.index(card);
        this.change((blocks) => blocks.splice(index, 1));
        const next = this.text.blocks[Math.min(index, this.text.blocks.length - 1)];
        if (next) this.cards.get(next.key).node.focus();
        this.composer.say(this.composer.words.said_removed);
    }

    copy(card) {
        localStorage.setItem(CLIPBOARD, JSON.stringify(card.current()));
        this.composer.say(this.composer.words.said_copied);
    }

    paste(card) {
        const copied = this.copied();
        if (copied) this.insert(this.index(card) + 1, withNewKey(copied));
    }

    // A block that was copied here or in another template, if this channel may have it.
    copied() {
        const block = JSON.parse(localStorage.getItem(CLIPBOARD) ?? "null");
        return block && this.composer.channel.kinds.includes(block.kind) ? block : null;
    }

    editRule(card) {
        editRule(this.composer, card.current(), (rule, said) => {
            this.composer.ruleWords[card.block.key] = said;
            this.composer.write(null, () => (card.current().rule = rule));
            card.give(card.current());
        });
    }

    // `problems` begins with the position of the block: "2.link".
    showProblems(problems) {
        this.text?.blocks.forEach((block, index) => {
            const own = problems.filter(([path]) => path === `${index}` || path.startsWith(`${index}.`));
            this.cards.get(block.key)?.showProblems(own.map(([path, said]) => [path.slice(`${index}.`.length), said]));
        });
    }

    showFindings(findings) {
        for (const [key, card] of this.cards) card.showFindings(findings.filter((one) => one.block === key));
    }

    showHidden(keys) {
        for (const [key, card] of this.cards) card.showHidden(keys.includes(key));
    }

    destroy() {
        this.sortable?.destroy();
        for (const card of this.cards.values()) card.destroy();
    }
}
