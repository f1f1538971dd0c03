// A text as it is kept (Markdown with Liquid) read into a document. What a document cannot show is Unsupported:
// such a text is edited as it is written.
import { wordsSchema } from "./schema.js";
import { readChip, split } from "./liquid.js";

export class Unsupported extends Error {}

const { nodes, marks } = wordsSchema;
const ONLY_IF = /^{%\s*if\s+([\w.]+)\s*!=\s*(?:''|"")\s*%}$/;
const END_IF = /^{%\s*endif\s*%}$/;
const STAND_IN = "\uE000";
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const BULLET = /^[-*+] +(.*)$/;
const NUMBER = /^(\d{1,9})[.)] +(.*)$/;
const HEADING = /^(#{1,3}) +(.*?)(?: +#+)?$/;
const UNKNOWN_LINE = /^(?:>|#{4,}(?: |$)|(?:[-*_] *){3,}$|=+$|-+$|[-*+]$|\d+[.)]$|\[[^\]]+\]:|```|~~~)/;
const isWord = (sign) => Boolean(sign) && /[\p{L}\p{N}\uE000]/u.test(sign);

export function readWords(source) {
    const chips = [];
    const text = split(source.replaceAll("\r\n", "\n"))
        .map((piece) => (typeof piece === "string" ? piece : (chips.push(piece.raw), STAND_IN)))
        .join("");
    if (source.includes(STAND_IN)) throw new Unsupported();
    return nodes.doc.create(null, sections(text.split("\n"), { next: () => chips.shift() }));
}

// Lines of a condition alone enclose whole paragraphs.
function sections(lines, chips) {
    const found = [];
    let plain = [];
    const flush = () => {
        if (plain.some((line) => line.trim())) found.push(...blocks(plain, chips));
        plain = [];
    };
    for (let at = 0; at < lines.length; at += 1) {
        const condition = lines[at].trim().match(ONLY_IF);
        if (!condition) {
            plain.push(lines[at]);
            continue;
        }
        flush();
        const end = lines.findIndex((line, index) => index > at && END_IF.test(line.trim()));
        if (end < 0) throw new Unsupported();
        found.push(nodes.only_if.create({ path: condition[1] }, blocks(lines.slice(at + 1, end), chips)));
        at = end;
    }
    flush();
    return found.length ? found : [nodes.paragraph.create()];
}

function blocks(lines, chips) {
    const found = [];
    let list = null;
    let open = null; // the lines of the paragraph or item being read, and what they become
    const close = () => {
        if (open) open.put(inline(open.lines.join("\n"), chips));
        open = null;
    };
    const item = (kind, words, start) => {
        close();
        if (list?.kind !== kind) found.push((list = { kind, start, items: [] }));
        const own = list;
        open = { lines: [words], put: (content) => own.items.push(nodes.list_item.create(null, nodes.paragraph.create(null, content))) };
    };
    for (const raw of lines) {
        const line = raw.trim();
        if (/{%|{{|\r/.test(line)) throw new Unsupported();
        const isIndented = /^\s{2,}\S/.test(raw);
        if (!line) {
            close();
        } else if (UNKNOWN_LINE.test(line)) {
            throw new Unsupported();
        } else if (isIndented && (BULLET.test(line) || NUMBER.test(line) || HEADING.test(line) || (list && !open))) {
            throw new Unsupported();
        } else if (HEADING.test(line)) {
            close();
            list = null;
            const [, signs, words] = line.match(HEADING);
            found.push(nodes.heading.create({ level: signs.length }, inline(words, chips)));
        } else if (BULLET.test(line)) {
            item("bullet_list", line.match(BULLET)[1], 1);
        } else if (NUMBER.test(line) && (!open || list || line.match(NUMBER)[1] === "1")) {
            item("ordered_list", line.match(NUMBER)[2], Number(line.match(NUMBER)[1]));
        } else if (open) {
            open.lines.push(line);
        } else {
            list = null;
            open = { lines: [line], put: (content) => found.push(nodes.paragraph.create(null, content)) };
        }
    }
    close();
    const made = found.map((one) => (one.items ? listNode(one) : one));
    return made.length ? made : [nodes.paragraph.create()];
}

const listNode = ({ kind, start, items }) => nodes[kind].create(kind === "ordered_list" ? { start } : null, items);

// The words of one paragraph. `active` are the marks around them.
function inline(text, chips, active = []) {
    const found = [];
    let plain = "";
    const flush = () => {
        if (plain) found.push(wordsSchema.text(plain, active));
        plain = "";
    };
    const enclosed = (from, sign, mark) => {
        const end = closing(text, from, sign);
        flush();
        found.push(...inline(text.slice(from, end), chips, mark.addToSet(active)));
        return end + sign.length;
    };
    let at = 0;
    while (at < text.length) {
        const sign = text[at];
        if (sign === STAND_IN) {
            flush();
            found.push(nodes.chip.create(readChip(chips.next()), null, active));
            at += 1;
        } else if (sign === "\n") {
            flush();
            found.push(nodes.hard_break.create(null, null, active));
            at += 1;
        } else if (sign === "\\" && ESCAPABLE.test(text[at + 1] ?? "")) {
            plain += text[at + 1];
            at += 2;
        } else if (sign === "\\" && text[at + 1] === "\n") {
            at += 1;
        } else if (sign === "`" || text.startsWith("***", at) || /^&(?:#\w+|\w+);/.test(text.slice(at, at + 40))) {
            throw new Unsupported();
        } else if (text.startsWith("**", at)) {
            at = enclosed(at + 2, "**", marks.strong.create());
        } else if (sign === "*" && /^\* |^\*$/.test(text.slice(at, at + 2)) && /^$|\s/.test(text[at - 1] ?? "")) {
            plain += sign;
            at += 1;
        } else if (sign === "*") {
            at = enclosed(at + 1, "*", marks.em.create());
        } else if (sign === "_" && !(isWord(text[at - 1]) && isWord(text[at + 1]))) {
            at = enclosed(at + 1, "_", marks.em.create());
        } else if (sign === "[") {
            const link = linkAt(text, at);
            if (link) {
                flush();
                const inner = inline(link.words, chips, active);
                const mark = marks.link.create({ href: link.href.replaceAll(STAND_IN, () => chips.next()) });
                found.push(...inner.map((node) => node.mark(mark.addToSet(node.marks))));
                at = link.end;
            } else {
                plain += sign;
                at += 1;
            }
        } else {
            plain += sign;
            at += 1;
        }
    }
    flush();
    return found;
}

// Where the words that began at `from` end. Signs that Markdown may read otherwise than we do are not guessed about.
function closing(text, from, sign) {
    if (/\s|^$/.test(text[from] ?? "")) throw new Unsupported();
    for (let at = from; at < text.length; at += 1) {
        if (text[at] === "\\") at += 1;
        else if (text.startsWith(sign, at)) {
            const isDouble = sign === "*" && (text[at + 1] === "*" || text[at - 1] === "*");
            if (isDouble || at === from || /\s/.test(text[at - 1])) throw new Unsupported();
            if (!flanks(text, from, at, sign)) throw new Unsupported();
            return at;
        }
    }
    throw new Unsupported();
}

// CommonMark: a sign between a letter and punctuation does not open or close.
function flanks(text, from, end, sign) {
    const before = text[from - sign.length - 1];
    const after = text[end + sign.length];
    if (sign === "_" && (isWord(before) || isWord(after))) return false;
    return !(isWord(before) && !isWord(text[from])) && !(isWord(after) && !isWord(text[end - 1]));
}

function linkAt(text, at) {
    let depth = 0;
    for (let end = at; end < text.length; end += 1) {
        if (text[end] === "\\") end += 1;
        else if (text[end] === "[") depth += 1;
        else if (text[end] === "]" && --depth === 0) {
            if (text[end + 1] !== "(") return null;
            const found = text.slice(end + 2).match(/^([^\s()<>\\]*)\)/);
            if (!found) throw new Unsupported();
            return { words: text.slice(at + 1, end), href: found[1], end: end + 2 + found[0].length };
        }
    }
    return null;
}
