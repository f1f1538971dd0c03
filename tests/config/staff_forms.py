"""Forms of staff's pages, filled and sent as a browser would: what the page does not offer cannot be pressed."""

from html.parser import HTMLParser

from django.contrib.messages import ERROR


class Forms(HTMLParser):
    """Every form of a page: its address, what would be sent of it, and its buttons by their words."""

    def __init__(self, page):
        super().__init__()
        self.forms, self._select, self._around, self._words = [], "", None, []
        self._is_open = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "form":
            self.forms.append({"fields": {}, "names": set(), "buttons": {}} | told)
            self._is_open = True
        elif tag in {"button", "textarea"}:
            self._around, self._words = told, []
        elif self._is_open:
            self._take(self.forms[-1], tag, told)

    def _take(self, form, tag, told):
        if tag == "select":
            self._select = told.get("name", "")
        elif tag == "option" and ("selected" in told or self._select not in form["fields"]):
            form["fields"][self._select] = told.get("value", "")
        elif tag == "input" and (told.get("type") not in {"checkbox", "radio", "file"} or "checked" in told):
            form["fields"][told.get("name", "")] = told.get("value") or ""
        if tag in {"input", "select"}:
            form["names"].add(told.get("name", ""))

    def handle_data(self, data):
        self._words.append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self._is_open = False
        elif tag == "textarea" and self._is_open:
            name = self._around.get("name", "")
            self.forms[-1]["names"].add(name)
            self.forms[-1]["fields"][name] = "".join(self._words).strip()
        elif tag == "button":
            for form in self._forms_of(self._around):
                form["buttons"][" ".join("".join(self._words).split())] = self._around

    def _forms_of(self, button):
        """A button may stand anywhere and name its form."""
        if "form" in button:
            return [form for form in self.forms if form.get("id") == button["form"]]
        return self.forms[-1:] if self._is_open else []

    def with_button(self, words):
        """The first form with this button. A page without one is a fault of it."""
        found = [form for form in self.forms if words in form["buttons"]]
        assert found, f"no button “{words}”, only {sorted(words for form in self.forms for words in form['buttons'])}"
        return found[0]


def press(client, page, words, **typed):
    """Press a button of a page and follow where it leads; nothing may be refused on the way."""
    form = Forms(page.text).with_button(words)
    button = form["buttons"][words]
    assert "disabled" not in button
    assert typed.keys() <= form["names"], f"no field for {sorted(typed.keys() - form['names'])}"
    pressed = {button["name"]: button.get("value", "")} if button.get("name") else {}
    address = button.get("formaction") or form.get("action") or page.wsgi_request.get_full_path()
    answer = client.post(address, form["fields"] | typed | pressed, follow=True)
    told = [message for message in answer.context["messages"] if message.level >= ERROR]
    assert (answer.status_code, told) == (200, [])
    return answer
