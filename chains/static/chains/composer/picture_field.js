// A picture dropped, pasted or picked, one that was used before, or the address of one elsewhere.
import { button, fill, make, openDialog } from "./dom.js";
import { LineField } from "./line_field.js";

const TYPES = "image/jpeg,image/png,image/gif,image/webp";

export const picturesOf = (data) => [...data.files].filter((one) => one.type.startsWith("image/"));

export class PictureField {
    constructor(composer, { label, help, value, onchange }) {
        Object.assign(this, { composer, value, onchange });
        const { words, canChange } = composer;
        this.look = make("div", { className: "composer-picture-look" });
        this.state = make("p", { className: "composer-help", role: "status" });
        this.address = new LineField(composer, { label: words.picture_address, value, isLink: true, onchange: (given) => this.give(given) });
        this.choose = button(words.choose_file, () => this.chooseFile(), { name: "upload" });
        this.node = make("div", { className: "composer-field composer-picture" },
            make("span", { className: "composer-label", textContent: label }), this.look,
            canChange && make("div", { className: "enc-row" }, this.choose,
                button(words.used_before, () => this.openLibrary(), { name: "photo_library" })),
            canChange && make("p", { className: "composer-help", textContent: words.drop_here }), this.state,
            make("details", {}, make("summary", { className: "enc-link", textContent: words.picture_address }), this.address.node),
            help && make("p", { className: "composer-help", textContent: help }));
        if (canChange) this.listen();
        this.draw();
    }

    listen() {
        const { node } = this;
        node.addEventListener("dragover", (event) => {
            event.preventDefault();
            node.classList.add("is-over");
        });
        node.addEventListener("dragleave", () => node.classList.remove("is-over"));
        node.addEventListener("drop", (event) => {
            event.preventDefault();
            event.stopPropagation();
            node.classList.remove("is-over");
            this.take(picturesOf(event.dataTransfer)[0]);
        });
        node.addEventListener("paste", (event) => {
            const [file] = picturesOf(event.clipboardData);
            if (!file) return;
            event.preventDefault();
            this.take(file);
        });
    }

    chooseFile() {
        const input = make("input", { type: "file", accept: TYPES, onchange: () => this.take(input.files[0]) });
        input.click();
    }

    async take(file) {
        if (!file) return;
        this.state.textContent = this.composer.words.uploading;
        const answer = await this.composer.server.upload(file);
        this.state.textContent = answer.problem ?? "";
        // Another text may be shown by now, and the block not there: the picture is offered among those used before.
        if (answer.url && this.node.isConnected) this.give(answer.url);
    }

    give(value) {
        this.value = value;
        this.address.set(value);
        this.draw();
        this.onchange(value);
    }

    draw() {
        const shown = /^https?:|^\//.test(this.value) && !this.value.includes("{");
        this.look.replaceChildren(shown ? make("img", { src: this.value, alt: "" }) : "");
        this.look.hidden = !shown;
    }

    async openLibrary() {
        const { composer } = this;
        const { pictures } = await composer.server.pictures();
        const close = openDialog(composer, composer.words.used_before, composer.words,
            pictures.length ? make("ul", { className: "composer-library" }, ...pictures.map((one) => make("li", {},
                make("button", {
                    type: "button", title: one.name, onclick: () => {
                        close();
                        this.give(one.url);
                    },
                }, make("img", { src: one.url, alt: one.name, loading: "lazy" }),
                make("small", { textContent: fill(composer.words.picture_size, one) })))))
                : make("p", { className: "composer-help", textContent: composer.words.no_pictures }));
    }

    set(value) {
        if (value === this.value) return;
        this.value = value;
        this.address.set(value);
        this.draw();
    }

    focus() {
        this.choose.focus();
    }

    destroy() {
        this.address.destroy();
    }
}
