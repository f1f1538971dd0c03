// A document written as it is kept: Markdown with Liquid.
const LINE_START = /^(#{1,6} |#{1,6}$|[-+] |>|[-+=]+$|\[[^\]]+\]:|~~~)/;
const NUMBER_START = /^(\d+)([.)] )/;
const isWord = (sign) => Boolean(sign) && /[\p{L}\p{N}]/u.test(sign);

export function writeWords(doc) {
    return joined(doc).replace(/\n{3,}/g, "\n\n").replace(/^\n+|\s+$/g, "");
}

function joined(parent) {
    const parts = [];
    parent.forEach((node) => parts.push(block(node)));
    return parts.join("\n\n");
}

function block(node) {
    if (node.type.name === "only_if") return `{% if ${node.attrs.path} != '' %}\n${joined(node)}\n{% endif %}`;
    if (node.type.name === "heading") return `${"#".repeat(node.attrs.level)} ${lines(node).join(" ")}`;
    if (node.type.name === "paragraph") return lines(node).map(guarded).join("\n");
    const items = [];
    node.forEach((item, _at, index) => {
        const sign = node.type.name === "ordered_list" ? `${node.attrs.start + index}. ` : "- ";
        items.push(sign + lines(item.firstChild).map(guarded).join("\n  "));
    });
    return items.join("\n");
}

const guarded = (line) => line.replace(LINE_START, "\\$1").replace(NUMBER_START, "$1\\$2");

// A paragraph's lines; an empty one would end it.
function lines(node) {
    const rows = [[]];
    node.forEach((child) => {
        if (child.type.name === "hard_break") rows.push([]);
        else rows.at(-1).push(child);
    });
    return rows.map((row) => written(row).trim()).filter(Boolean);
}

const href = (node) => node.marks.find((mark) => mark.type.name === "link")?.attrs.href;
const has = (name) => (node) => node.marks.some((mark) => mark.type.name === name);

function written(row) {
    return grouped(row, href)
        .map(({ value, nodes }) => (value === undefined ? strong(nodes) : `[${strong(nodes).trim()}](${value})`))
        .join("");
}

const strong = (nodes) => enclosed(nodes, has("strong"), () => "**", em);
const em = (nodes) => enclosed(nodes, has("em"), (before, after) => (isWord(before) || isWord(after) ? "*" : "_"), plain);

function grouped(nodes, of) {
    const groups = [];
    for (const node of nodes) {
        const value = of(node);
        if (groups.length && groups.at(-1).value === value) groups.at(-1).nodes.push(node);
        else groups.push({ value, nodes: [node] });
    }
    return groups;
}

// Spaces, and punctuation beside a letter, stay outside of the signs: Markdown would not see them as signs.
function enclosed(nodes, isMarked, sign, inner) {
    const groups = grouped(nodes, isMarked).map(({ value, nodes: own }) => ({ value, words: inner(own) }));
    return groups
        .map(({ value, words }, index) => {
            if (!value) return words;
            const before = groups[index - 1]?.words.at(-1);
            const after = groups[index + 1]?.words[0];
            let [, lead, middle, trail] = words.match(/^(\s*)([^]*?)(\s*)$/);
            if (isWord(before) && !lead) [lead, middle] = cut(middle, /^[^\p{L}\p{N}{[]+/u);
            if (isWord(after) && !trail) [trail, middle] = cut(middle, /[^\p{L}\p{N}})\]]+$/u);
            const mark = sign(before, after);
            return middle ? `${lead}${mark}${middle}${mark}${trail}` : words;
        })
        .join("");
}

function cut(words, pattern) {
    const found = words.match(pattern)?.[0] ?? "";
    return [found, words.replace(pattern, "")];
}

function plain(nodes) {
    return nodes.map((node) => (node.isText ? escaped(node.text) : node.attrs.raw)).join("");
}

// Liquid that somebody typed stays as it is.
function escaped(text) {
    return text
        .split(/({{.*?}}|{%.*?%})/)
        .map((piece, index) => (index % 2 ? piece : escapedSigns(piece)))
        .join("");
}

function escapedSigns(text) {
    return text
        .replace(/\\(?=[!-/:-@[-`{-~])|[*`[\]]/g, "\\$&")
        .replace(/&(?=#\w+;|\w+;)/g, "\\&")
        .replace(/_/g, (sign, at) => (isWord(text[at - 1]) && isWord(text[at + 1]) ? sign : "\\_"));
}
