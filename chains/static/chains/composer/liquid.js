// A placeholder as values: what stands for it, what is said when it is not known, and the words that go with it.
// A greatest length, as ready subjects have it, is kept as it is until the chip is written anew.
const CUT = "(?:\\|\\s*truncate:\\s*\\d+,\\s*'[^']*'\\s*)?";
const DEFAULT = new RegExp(`^{{\\s*([\\w.]+)\\s*\\|\\s*default:\\s*(?:'([^']*)'|"([^"]*)")\\s*${CUT}}}$`);
const BARE = /^{{\s*([\w.]+)\s*}}$/;
const PART = "([^{}\\n]*)";
const WHEN_KNOWN = new RegExp(
    `{%\\s*if\\s+([\\w.]+)\\s*!=\\s*(?:''|"")\\s*%}${PART}{{\\s*\\1\\s*}}${PART}(?:{%\\s*else\\s*%}${PART})?{%\\s*endif\\s*%}`,
);
const PLACEHOLDER = new RegExp(`${WHEN_KNOWN.source}|{{[^{}\\n]*}}`, "g");
const WHOLE_WHEN_KNOWN = new RegExp(`^${WHEN_KNOWN.source}$`);

export const EMPTY_CHIP = { path: "", fallback: "", before: "", after: "", raw: "" };

export function readChip(raw) {
    let found = raw.match(WHOLE_WHEN_KNOWN);
    if (found) {
        const [, path, before, after, fallback = ""] = found;
        return { path, before, after, fallback, raw };
    }
    found = raw.match(DEFAULT);
    if (found) return { ...EMPTY_CHIP, path: found[1], fallback: found[2] ?? found[3], raw };
    found = raw.match(BARE);
    return { ...EMPTY_CHIP, path: found ? found[1] : "", raw };
}

const plain = (words) => words.replace(/[{}\n]/g, "");

export function writeChip({ path, fallback, before, after }) {
    [fallback, before, after] = [fallback, before, after].map(plain);
    const bare = `{{ ${path} }}`;
    if (before || after) {
        const otherwise = fallback ? `{% else %}${fallback}` : "";
        return `{% if ${path} != '' %}${before}${bare}${after}${otherwise}{% endif %}`;
    }
    if (!fallback) return bare;
    const quoted = fallback.includes("'") ? `"${fallback.replaceAll('"', "”")}"` : `'${fallback}'`;
    return `{{ ${path} | default: ${quoted} }}`;
}

// The pieces of a text: strings, and the sources of placeholders as { raw }.
export function split(source) {
    const pieces = [];
    let end = 0;
    for (const found of source.matchAll(PLACEHOLDER)) {
        if (found.index > end) pieces.push(source.slice(end, found.index));
        pieces.push({ raw: found[0] });
        end = found.index + found[0].length;
    }
    if (end < source.length) pieces.push(source.slice(end));
    return pieces;
}
