// A picture let go of among the blocks, or pasted there, becomes a block of its own at that place.
import { picturesOf } from "./picture_field.js";

export function takePictures(blocks) {
    const { list, composer } = blocks;
    const places = () => [...list.querySelectorAll(":scope > .composer-add")];
    const unmark = () => places().forEach((one) => one.classList.remove("is-over"));
    const mayHave = () => composer.channel.kinds.includes("picture");
    const isHere = (event) => !event.target.closest(".composer-picture") && event.dataTransfer.types.includes("Files");
    const placeAt = (y) => [...list.querySelectorAll(":scope > .composer-block")]
        .filter((card) => card.getBoundingClientRect().top + card.offsetHeight / 2 < y).length;

    // Before the editors, which would put the name of the file into the words.
    const listen = (kind, handle) => list.addEventListener(kind, handle, { capture: true });
    listen("dragover", (event) => {
        unmark();
        if (!isHere(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = mayHave() ? "copy" : "none";
        if (mayHave()) places()[placeAt(event.clientY)].classList.add("is-over");
    });
    listen("dragleave", unmark);
    listen("drop", (event) => {
        unmark();
        if (!isHere(event)) return;
        event.preventDefault();
        event.stopPropagation();
        add(placeAt(event.clientY), picturesOf(event.dataTransfer));
    });
    listen("paste", (event) => {
        const files = picturesOf(event.clipboardData);
        const isElsewhere = event.target.closest(".composer-picture") || event.clipboardData.types.includes("text/plain");
        if (isElsewhere || !files.length || !mayHave()) return;
        event.preventDefault();
        event.stopPropagation();
        const card = event.target.closest(".composer-block")?.card;
        add(card ? blocks.index(card) + 1 : blocks.text.blocks.length, files);
    });

    function add(index, files) {
        files.forEach((file, number) => {
            const block = blocks.fresh("picture");
            blocks.insert(index + number, block);
            blocks.cards.get(block.key).fields.get("url").take(file);
        });
    }
}
