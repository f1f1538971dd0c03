// What the page asks the server. An answer that is no success says in words why.
export class Server {
    constructor(urls, words) {
        Object.assign(this, { urls, words });
    }

    async post(url, data, { signal, keepalive } = {}) {
        const isForm = data instanceof FormData;
        let response;
        try {
            response = await fetch(url, {
                method: "POST", body: isForm ? data : JSON.stringify(data), signal, keepalive,
                headers: { "X-CSRFToken": token(), ...(isForm ? {} : { "Content-Type": "application/json" }) },
            });
        } catch (error) {
            if (error.name === "AbortError") throw error;
            return { problem: this.words.no_answer, status: 0 };
        }
        return this.read(response);
    }

    async get(url) {
        return this.read(await fetch(url));
    }

    async read(response) {
        const isJson = response.headers.get("content-type")?.startsWith("application/json");
        if (isJson) return { ...(await response.json()), status: response.status };
        return { problem: response.status === 413 ? this.words.too_large : this.words.no_answer, status: response.status };
    }

    preview(data, signal) {
        return this.post(this.urls.preview, data, { signal });
    }

    draft(data, more) {
        return this.post(this.urls.draft, data, more);
    }

    discard(data) {
        return this.post(this.urls.discard, data);
    }

    save(data) {
        return this.post(this.urls.save, data);
    }

    copy(data) {
        return this.post(this.urls.copy, data);
    }

    test(data) {
        return this.post(this.urls.test, data);
    }

    ruleForm(rule) {
        return this.post(this.urls.rule_form, { rule });
    }

    checkRule(rule) {
        return this.post(this.urls.rule_check, { rule });
    }

    upload(file) {
        const form = new FormData();
        form.append("file", file);
        return this.post(this.urls.pictures, form);
    }

    pictures() {
        return this.get(this.urls.pictures);
    }

    customers(typed) {
        return this.offers("customers", typed);
    }

    products(typed) {
        return this.offers("products", typed);
    }

    // A list that knows whether more was found than it holds.
    async offers(name, typed) {
        const answer = await this.get(`${this.urls[name]}?${new URLSearchParams({ q: typed })}`);
        return Object.assign(answer[name] ?? [], { isCut: Boolean(answer.isCut) });
    }
}

const token = () =>
    document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? document.cookie.match(/csrftoken=([^;]+)/)?.[1] ?? "";
