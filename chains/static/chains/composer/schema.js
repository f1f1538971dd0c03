import { Schema } from "../../vendor/prosemirror/prosemirror.js";
import { EMPTY_CHIP } from "./liquid.js";

const attrs = Object.fromEntries(Object.entries(EMPTY_CHIP).map(([name, empty]) => [name, { default: empty }]));
const chip = {
    inline: true, group: "inline", atom: true, attrs, draggable: true,
    toDOM: (node) => ["span", { "data-chip": node.attrs.raw }, node.attrs.raw],
    parseDOM: [{ tag: "span[data-chip]", getAttrs: (dom) => ({ raw: dom.dataset.chip }) }],
    leafText: (node) => node.attrs.raw,
};
const text = { group: "inline" };

export const wordsSchema = new Schema({
    nodes: {
        doc: { content: "(block | only_if)+" },
        paragraph: { content: "inline*", group: "block", toDOM: () => ["p", 0], parseDOM: [{ tag: "p" }] },
        heading: {
            content: "inline*", group: "block", attrs: { level: { default: 2 } }, defining: true,
            toDOM: (node) => [`h${node.attrs.level}`, 0],
            parseDOM: [1, 2, 3].map((level) => ({ tag: `h${level}`, attrs: { level } })),
        },
        bullet_list: { content: "list_item+", group: "block", toDOM: () => ["ul", 0], parseDOM: [{ tag: "ul" }] },
        ordered_list: {
            content: "list_item+", group: "block", attrs: { start: { default: 1 } },
            toDOM: (node) => ["ol", { start: node.attrs.start }, 0], parseDOM: [{ tag: "ol" }],
        },
        // Paragraphs that stand only where something is known.
        only_if: {
            content: "block+", attrs: { path: {} }, defining: true,
            toDOM: (node) => ["section", { "data-only-if": node.attrs.path }, 0],
            parseDOM: [{ tag: "section[data-only-if]", getAttrs: (dom) => ({ path: dom.dataset.onlyIf }) }],
        },
        list_item: { content: "paragraph", defining: true, toDOM: () => ["li", 0], parseDOM: [{ tag: "li" }] },
        hard_break: { inline: true, group: "inline", selectable: false, toDOM: () => ["br"], parseDOM: [{ tag: "br" }] },
        chip,
        text,
    },
    marks: {
        link: {
            attrs: { href: {} }, inclusive: false, toDOM: (mark) => ["a", { "data-href": mark.attrs.href, title: mark.attrs.href }, 0],
            parseDOM: [
                { tag: "a[data-href]", getAttrs: (dom) => ({ href: dom.dataset.href }) },
                { tag: "a[href^=http]", getAttrs: (dom) => ({ href: dom.getAttribute("href") }) },
            ],
        },
        strong: { toDOM: () => ["strong", 0], parseDOM: [{ tag: "strong" }, { tag: "b" }] },
        em: { toDOM: () => ["em", 0], parseDOM: [{ tag: "em" }, { tag: "i" }] },
    },
});

export const lineSchema = new Schema({
    nodes: {
        doc: { content: "line" },
        line: { content: "inline*", toDOM: () => ["p", 0], parseDOM: [{ tag: "p" }] },
        chip,
        text,
    },
});
