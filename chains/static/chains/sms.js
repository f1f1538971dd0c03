// Beside an SMS being written: how many characters of how many, and how many SMS; as chains/letters/sms_parts.py counts.
// Placeholders count as they are written; the preview below the form counts with their values.
const GSM =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
  "abcdefghijklmnopqrstuvwxyzäöñüà";
const ESCAPED = "\f^{}\\[~]|€";

function smsSize(text) {
  const characters = [...text];
  const isGsm = characters.every((character) => GSM.includes(character) || ESCAPED.includes(character));
  const widths = characters.map((character) => (isGsm ? (ESCAPED.includes(character) ? 2 : 1) : character.length));
  const [one, each] = isGsm ? [160, 153] : [70, 67];
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= one) return `${units} / ${one} · 1 SMS`;
  let parts = 1;
  let room = each;
  for (const width of widths) {
    if (width > room) [parts, room] = [parts + 1, each];
    room -= width;
  }
  return `${units} / ${parts * each} · ${parts} SMS`;
}

document.addEventListener("DOMContentLoaded", () => {
  for (const area of document.querySelectorAll("textarea[name^='texts_sms-'][name$='-body']")) {
    const told = document.createElement("p");
    told.className = "enc-faint";
    told.setAttribute("aria-live", "polite");
    area.after(told);
    const count = () => (told.textContent = smsSize(area.value));
    area.addEventListener("input", count);
    count();
  }
});
