// What an editor shows of a kept text. One that was not touched is kept byte for byte.
import { lineSchema } from "./schema.js";
import { readChip, split } from "./liquid.js";
import { readWords, Unsupported } from "./words_reading.js";
import { writeWords } from "./words_writing.js";

export const words = {
    // null where the text has to be edited as it is written.
    read(source) {
        try {
            const doc = readWords(source);
            return readWords(writeWords(doc)).eq(doc) ? doc : null;
        } catch (error) {
            if (error instanceof Unsupported) return null;
            throw error;
        }
    },
    write: writeWords,
};

export const line = {
    read(source) {
        const pieces = split(source.replace(/\s*\n\s*/g, " ")).map((piece) =>
            typeof piece === "string" ? lineSchema.text(piece) : lineSchema.nodes.chip.create(readChip(piece.raw)));
        return lineSchema.nodes.doc.create(null, lineSchema.nodes.line.create(null, pieces));
    },
    write: (doc) => doc.textBetween(0, doc.content.size, " ", (node) => node.attrs.raw ?? ""),
};
