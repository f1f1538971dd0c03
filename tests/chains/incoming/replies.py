"""Replies as mail programs of many languages write them: what is expected, and the letter. Written for these tests."""

SHOP = "Kettle & Co <shop@kettle.example.com>"
QUOTE = "\n\n> Hello Ann,\n>\n> how is your kettle?\n> -- \n> Kettle & Co"
BARE = "\n\nHello Ann,\n\nhow is your kettle?\n\nKettle & Co"

# Program or language, the line above the quote.
SENTENCES = [
    ("en, Gmail", f"On Tue, Mar 10, 2026 at 12:00 PM {SHOP} wrote:"),
    ("en, Gmail, broken", "On Tue, Mar 10, 2026 at 12:00 PM Kettle & Co <\nshop@kettle.example.com> wrote:"),
    ("en, Gmail, broken before the verb", f"On Tue, 10 Mar 2026 at 12:00, {SHOP}\nwrote:"),
    ("en, Apple Mail", "On 10 Mar 2026, at 12:00, Kettle & Co wrote:"),
    ("en, Thunderbird", "On 10/03/2026 12:00, Kettle & Co wrote:"),
    ("en, Yahoo", "On Tuesday, March 10, 2026, 12:00:11 PM GMT+1, Kettle & Co <shop@kettle.example.com> wrote: "),
    ("en, year first", "2026-03-10 12:00 GMT+03:00 Kettle & Co <shop@kettle.example.com>:"),
    ("en, name first", "Kettle & Co <shop@kettle.example.com> wrote on Tue 10 Mar 2026 12:00:"),
    ("ru, Gmail", "вт, 10 мар. 2026 г. в 12:00, Чайник и друзья <shop@kettle.example.com>:"),
    ("ru, Gmail, broken", "вт, 10 мар. 2026 г. в 12:00, Магазин «Чайник и друзья» <\nshop@kettle.example.com>:"),
    ("ru, Mail.ru", "Вторник, 10 марта 2026, 12:00 +03:00 от Чайник <shop@kettle.example.com>:"),
    ("ru, Yandex", '10.03.2026, 12:00, "Чайник" <shop@kettle.example.com>:'),
    ("ru, Thunderbird", "10.03.2026 12:00, Чайник пишет:"),
    ("ru, iPhone", "> 10 марта 2026 г., в 12:00, Чайник <shop@kettle.example.com> написал(а):\n>"),
    ("ru, Apple Mail", "10 марта 2026 г. в 12:00, Чайник и друзья <shop@kettle.example.com> написал:"),
    ("uk, Gmail", "вт, 10 бер. 2026 р. о 12:00 Чайник <shop@kettle.example.com> пише:"),
    ("uk, Thunderbird", "10.03.2026 12:00, Чайник написав:"),
    ("de, Gmail", f"Am Di., 10. März 2026 um 12:00 Uhr schrieb {SHOP}:"),
    ("de, Gmail, broken", "Am Di., 10. März 2026 um 12:00 Uhr schrieb Kettle & Co <\nshop@kettle.example.com>:"),
    ("de, Apple Mail", "> Am 10.03.2026 um 12:00 schrieb Kettle & Co <shop@kettle.example.com>:\n>"),
    ("de, Thunderbird", "Am 10.03.26 um 12:00 schrieb Kettle & Co:"),
    ("fr, Gmail", f"Le mar. 10 mars 2026 à 12:00, {SHOP} a écrit :"),
    ("fr, broken", "Le mar. 10 mars 2026 à 12:00, Kettle & Co <shop@kettle.example.com> a\nécrit :"),
    ("fr, Thunderbird", "Le 10/03/2026 à 12:00, Kettle & Co a écrit\xa0:"),
    ("es, Gmail", f"El mar, 10 mar 2026 a las 12:00, {SHOP} escribió:"),
    ("es, broken", "El mar, 10 mar 2026 a las 12:00, Kettle & Co (<shop@kettle.example.com>)\nescribió:"),
    ("it, Gmail", f"Il giorno mar 10 mar 2026 alle ore 12:00 {SHOP} ha\nscritto:"),
    ("it, Thunderbird", "Il 10/03/2026 12:00, Kettle & Co ha scritto:"),
    ("pt, Gmail", f"Em ter., 10 de mar. de 2026 às 12:00, {SHOP} escreveu:"),
    ("nl, Gmail", f"Op di 10 mrt 2026 om 12:00 schreef {SHOP}:"),
    ("nl, Apple Mail", "Op 10 mrt. 2026 om 12:00 heeft Kettle & Co <shop@kettle.example.com> het volgende geschreven:"),
    ("pl, Gmail", f"wt., 10 mar 2026 o 12:00 {SHOP} napisał(a):"),
    ("pl, Thunderbird", "W dniu 10.03.2026 o 12:00, Kettle & Co pisze:"),
    ("tr, Gmail", f"{SHOP}, 10 Mar 2026 Sal, 12:00 tarihinde\nşunu yazdı:"),
    ("sv, Gmail", f"Den tis 10 mars 2026 kl 12:00 skrev {SHOP}:"),
    ("cs, Gmail", f"út 10. 3. 2026 v 12:00 odesílatel {SHOP} napsal:"),
    ("da, Gmail", f"Den tirs. 10. mar. 2026 kl. 12.00 skrev {SHOP}:"),
    ("fi, Gmail", f"ti 10. maalisk. 2026 klo 12.00 {SHOP} kirjoitti:"),
    ("en, broken within the day", f"On Tuesday, March 10,\n2026, 12:00 PM, {SHOP} wrote:"),
    ("en, broken twice", "On Tue, Mar 10, Kettle & Co\n<shop@kettle.example.com>\nwrote:"),
    ("en, without a colon", f"On Tue, 10 Mar 2026 12:00:00 +0300 {SHOP} wrote"),
    ("en, Zoho", f"---- On Tue, 10 Mar 2026 12:00:00 +0300 {SHOP} wrote ----"),
    ("en, between dashes", "---- Kettle & Co wrote ----"),
    ("en, without a day", f"{SHOP} wrote:"),
    ("en, a newsreader", "In message <5f2a@kettle.example.com>, Kettle & Co writes:"),
    ("en, day and address", f"2026/3/10 {SHOP}"),
    ("de, Zoho", f"---- Am Di, 10 Mär 2026 12:00:00 +0100 {SHOP} schrieb ----"),
    ("de, broken within the day", f"{SHOP} schrieb am Di., 10.\nMärz 2026, 12:00:"),
    ("zh, Gmail", f"{SHOP} 于2026年3月10日周二 12:00写道："),
    ("ja, Gmail", f"2026年3月10日(火) 12:00 {SHOP}:"),
]

# Language, the head that Outlook and its kin put there.
HEADS = [
    (
        "en",
        (
            "From: Kettle & Co <shop@kettle.example.com>\nSent: Tuesday, March 10, 2026 12:00\nTo: Ann\n"
            "Subject: Your kettle"
        ),
    ),
    (
        "en, bold",
        ("*From:* Kettle & Co <shop@kettle.example.com>\n*Date:* Tue, 10 Mar 2026\n*To:* Ann\n*Subject:* Your kettle"),
    ),
    (
        "en, underscores",
        (
            "________________________________\nFrom: Kettle & Co <shop@kettle.example.com>\n"
            "Sent: Tuesday\nTo: Ann\nSubject: Your kettle"
        ),
    ),
    ("en, dashes", "-----Original Message-----\nFrom: Kettle & Co\nSent: Tuesday\nTo: Ann\nSubject: Your kettle"),
    ("en, dashes alone", "---- Original Message ----"),
    (
        "en, subject first",
        ("Subject: Your kettle\nDate: 10 Mar 2026 12:00\nFrom: shop@kettle.example.com\nTo: ann@example.com"),
    ),
    (
        "ru",
        (
            "От: Чайник <shop@kettle.example.com>\nОтправлено: вторник, 10 марта 2026 г. 12:00\n"
            "Кому: Анна\nТема: Ваш чайник"
        ),
    ),
    (
        "ru, dashes",
        ("-------- Исходное сообщение --------\nОт: Чайник <shop@kettle.example.com>\nДата: 10.03.2026\nТема: Чайник"),
    ),
    ("ru, Mail.ru", "-------- Пересылаемое сообщение --------"),
    (
        "de",
        (
            "Von: Kettle & Co <shop@kettle.example.com>\nGesendet: Dienstag, 10. März 2026 12:00\n"
            "An: Ann\nBetreff: Ihr Kessel"
        ),
    ),
    (
        "de, dashes",
        ("-----Ursprüngliche Nachricht-----\nVon: Kettle & Co\nGesendet: Dienstag\nAn: Ann\nBetreff: Ihr Kessel"),
    ),
    (
        "de, GMX",
        (
            "Gesendet: Dienstag, 10. März 2026 um 12:00 Uhr\nVon: shop@kettle.example.com\n"
            "An: ann@example.com\nBetreff: Kessel"
        ),
    ),
    (
        "fr",
        (
            "De : Kettle & Co <shop@kettle.example.com>\nEnvoyé : mardi 10 mars 2026 12:00\nÀ : Ann\n"
            "Objet : Votre bouilloire"
        ),
    ),
    (
        "es",
        (
            "De: Kettle & Co <shop@kettle.example.com>\nEnviado: martes, 10 de marzo de 2026\nPara: Ann\n"
            "Asunto: Su hervidor"
        ),
    ),
    ("es, dashes", ("-----Mensaje original-----\nDe: Kettle & Co\nEnviado el: martes\nPara: Ann\nAsunto: Su hervidor")),
    (
        "it",
        ("Da: Kettle & Co <shop@kettle.example.com>\nInviato: martedì 10 marzo 2026\nA: Ann\nOggetto: Il bollitore"),
    ),
    (
        "pt",
        (
            "De: Kettle & Co <shop@kettle.example.com>\nEnviado: terça-feira, 10 de março de 2026\n"
            "Para: Ann\nAssunto: Chaleira"
        ),
    ),
    (
        "nl",
        ("Van: Kettle & Co <shop@kettle.example.com>\nVerzonden: dinsdag 10 maart 2026\nAan: Ann\nOnderwerp: Uw ketel"),
    ),
    ("pl", ("Od: Kettle & Co <shop@kettle.example.com>\nWysłano: wtorek, 10 marca 2026\nDo: Ann\nTemat: Czajnik")),
    (
        "tr",
        ("Gönderen: Kettle & Co <shop@kettle.example.com>\nGönderildi: 10 Mart 2026 Salı\nKime: Ann\nKonu: Su ısıtıcı"),
    ),
    (
        "uk",
        ("Від: Чайник <shop@kettle.example.com>\nНадіслано: вівторок, 10 березня 2026 р.\nКому: Анна\nТема: Чайник"),
    ),
    ("sv", ("Från: Kettle & Co <shop@kettle.example.com>\nSkickat: den 10 mars 2026\nTill: Ann\nÄmne: Din kittel")),
    ("cs", ("Od: Kettle & Co <shop@kettle.example.com>\nOdesláno: úterý 10. března 2026\nKomu: Ann\nPředmět: Konvice")),
    (
        "da, dashes",
        "-------- Oprindelig besked --------\nFra: Kettle & Co\nDato: 10.03.2026 12.00\nTil: Ann\nEmne: Din kedel",
    ),
    ("no, dashes alone", "-------- Videresendt melding --------"),
    (
        "a language nobody here knows, dashes",
        "-------- Mesej asal --------\nFrom: Kettle & Co\nDate: 10/03/2026\nTo: Ann\nSubject: Kettle",
    ),
    (
        "fr, a rule",
        "====\n\nMessage du : 10/03/2026 12:00\nDe : Kettle <shop@kettle.example.com>\nA : Ann\nSujet : Bouilloire",
    ),
    ("fr, forwarded", "Début du message transféré :"),
    ("en, a rule and bold", "---\n\n**From:** Kettle & Co\n**Sent:** Tuesday\n**To:** Ann\n**Subject:** Your kettle"),
    ("zh", "发件人: Kettle <shop@kettle.example.com>\n发送时间: 2026年3月10日 12:00\n收件人: Ann\n主题: 水壶"),
]

# What phones, programs and firms add below.
FOOTERS = [
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from Yahoo Mail on Android",
    "Sent from Mail for Windows 10",
    "Sent from Outlook for Android<https://aka.ms/AAb9ysg>",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Sent with Proton Mail secure email.",
    "Sent from a mobile device, excuse the brevity",
    "Отправлено с iPhone",
    "Отправлено с моего iPhone",
    "Отправлено из мобильной Почты Mail.ru",
    "Отправлено из Яндекс.Почты для мобильных",
    "Отправлено с устройства Samsung",
    "--\nОтправлено из Mail.ru для Android",
    "Скачайте Outlook для iOS",
    "Надіслано з iPhone",
    "Von meinem iPhone gesendet",
    "Gesendet von meinem Samsung Galaxy Smartphone",
    "Diese Nachricht wurde von meinem Android Gerät mit GMX Mail gesendet.",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon mobile Orange",
    "Télécharger Outlook pour iOS<https://aka.ms/o0ukef>",
    "Enviado desde mi iPhone",
    "Obtener Outlook para Android",
    "Enviado do meu iPhone",
    "Inviato da iPhone",
    "Scarica Outlook per iOS",
    "Verstuurd vanaf mijn iPhone",
    "Wysłano z iPhone'a",
    "iPhone'umdan gönderildi",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "Odesláno z iPhonu",
    "Lähetetty iPhonesta",
    "iPhoneから送信",
    "发自我的iPhone",
    "-- \nAnn Petrova\n+7 900 000-00-00",
    "Disclaimer: this message and its attachments are meant for the person named above.",
    "This e-mail and any attachments are confidential and intended solely for the addressee.",
    "CONFIDENTIALITY NOTICE: The contents of this email are privileged.",
    "Это сообщение может содержать конфиденциальную информацию.",
    "Diese E-Mail enthält vertrauliche Informationen.",
    "Ce message et ses pièces jointes sont confidentiels.",
    "Este mensaje y sus adjuntos son confidenciales.",
]

# What it is, the letter, what its writer wrote.
WHOLE = [
    (
        "between the quotes",
        ("Hello,\n\nOn Tue, Mar 10, 2026 at 12:00 PM Shop <s@x.example> wrote:\n> Is it red?\nYes.\n> Is it new?\nNo."),
        ("Hello,\n\nYes.\nNo."),
    ),
    (
        "below the quote",
        ("On Tue, Mar 10, 2026 at 12:00 PM Shop <s@x.example> wrote:\n> Is it red?\n\nYes, it is."),
        "Yes, it is.",
    ),
    (
        "below, in Russian",
        ("10.03.2026 12:00, Чайник пишет:\n> Какого цвета?\n\nКрасный."),
        "Красный.",
    ),
    (
        "quotes alone",
        "> Is it red?\nYes.",
        "Yes.",
    ),
    (
        "a quote of a quote",
        ("Yes.\n\n>> Is it red?\n> I ask again"),
        "Yes.",
    ),
    (
        "a footer above the quote",
        ("Yes.\n\nSent from my iPhone\n\nOn Mar 10, 2026, at 12:00, Shop <s@x.example> wrote:\n\n> Red?"),
        "Yes.",
    ),
    (
        "a postscript below the footer",
        ("Yes.\n\nSent from my iPhone\n\nPS: and thank you"),
        ("Yes.\n\nPS: and thank you"),
    ),
    (
        "a sentence like a head",
        "On Monday I wrote to you:\nno answer.",
        "On Monday I wrote to you:\nno answer.",
    ),
    (
        "a route like a head",
        "From: London\nTo: Paris\nhow long?",
        "From: London\nTo: Paris\nhow long?",
    ),
    (
        "a date and a colon",
        "My order of 10.03.2026:\nwhere is it?",
        "My order of 10.03.2026:\nwhere is it?",
    ),
    (
        "a list",
        "I need:\n- a lid\n- a cable",
        "I need:\n- a lid\n- a cable",
    ),
    (
        "a phone in the text",
        "I sent the kettle from my old address, my iPhone died too.",
        "I sent the kettle from my old address, my iPhone died too.",
    ),
    (
        "a complaint about sending",
        "You sent me the wrong phone case for Samsung.",
        "You sent me the wrong phone case for Samsung.",
    ),
    (
        "an answer with a price",
        "It cost 3 > 2 roubles?\nYes",
        "It cost 3 > 2 roubles?\nYes",
    ),
    (
        "a regard stays",
        ("It leaks.\n\nBest regards,\nAnn"),
        ("It leaks.\n\nBest regards,\nAnn"),
    ),
    (
        "a signature by one dash",
        ("It leaks.\n\n-Ann Petrova"),
        "It leaks.",
    ),
    (
        "a list's footer",
        ("It leaks.\n\n_______________________________________________\nhelp mailing list\nhelp@kettle.example.com"),
        "It leaks.",
    ),
    (
        "carriage returns",
        "It leaks.\r\n\r\nOn Tue, Mar 10, 2026 Shop <s@x.example> wrote:\r\n> Hi",
        "It leaks.",
    ),
    (
        "no words of their own",
        ("\n\nSent from my iPhone"),
        "Sent from my iPhone",
    ),
    ("a name above the quote", "Yes.\n\nKettle wrote:\n> Red?", "Yes."),
    ("an address above the quote", "Yes.\n\nQuoting Kettle <shop@kettle.example.com>:\n\n> Red?", "Yes."),
    ("a day above the quote", "Yes.\n\n2026/3/10 Kettle <shop@kettle.example.com>\n\n> Red?", "Yes."),
    ("forwarded along", "Yes.\n\nBegin forwarded message:\n\n> From: Kettle\n> Date: Tuesday", "Yes."),
    ("answers in Russian", "> Какой цвет?\n\nКрасный\n\n> А размер?\n\nБольшой", "Красный\n\nБольшой"),
    (
        "a head right below",
        "Since 12:30 it leaks.\nOn Tue, Mar 10, 2026 at 12:00 PM Kettle <\nshop@kettle.example.com> wrote:\n\n> Hi",
        "Since 12:30 it leaks.",
    ),
    (
        "a head right below a long line",
        f"It leaks at the lid{', and it leaks' * 5}.\nOn 10 Mar 2026, at 12:00, Kettle <s@x.example> wrote:\n\nHi",
        f"It leaks at the lid{', and it leaks' * 5}.",
    ),
    (
        "a head right below, in Russian",
        'Течёт\n10.03.2026 12:00 пользователь "Чайник" <\nshop@kettle.example.com> написал:\n\n> Как чайник?',
        "Течёт",
    ),
    (
        "a line between two parts",
        f"It leaks.\n\n{'_' * 40}\n\nThe cable is short, too.",
        f"It leaks.\n\n{'_' * 40}\n\nThe cable is short, too.",
    ),
    (
        "a table",
        "Article  Price\n--------------------\nKettle  10\nLid  2\n\nIs that right?",
        "Article  Price\n--------------------\nKettle  10\nLid  2\n\nIs that right?",
    ),
    (
        "a list below a line",
        "My order:\n-----\nKettle, red\nhttps://kettle.example.com/red\nWhen does it come?",
        "My order:\n-----\nKettle, red\nhttps://kettle.example.com/red\nWhen does it come?",
    ),
    ("a signature below a line", "It leaks.\n\n—————\nAnn Petrova\nBuyer\n+7 900 000-00-00", "It leaks."),
    ("a short line above a list's footer", "It leaks.\n\n__\nhelp mailing list\nhelp@kettle.example.com", "It leaks."),
    ("a line that nothing follows", f"It leaks.\n\n{'_' * 32}\n", "It leaks."),
    (
        "a link broken in the quote",
        "It leaks.\n\n> See (https://kettle.example.com/care\nguide?step=1)\n> and write to us",
        "It leaks.",
    ),
    (
        "a link that answers",
        "> Which one?\nhttps://kettle.example.com/red\n> And the lid?\nThe same.",
        "https://kettle.example.com/red\nThe same.",
    ),
    (
        "what a colleague wrote",
        "It leaks.\n\nOn 10.03.2026 your colleague wrote:\nwe will come tomorrow.\n\nNobody came.",
        "It leaks.\n\nOn 10.03.2026 your colleague wrote:\nwe will come tomorrow.\n\nNobody came.",
    ),
    (
        "what a colleague wrote, in Russian",
        "В чате 10.03.2026 менеджер мне написал:\nпривезём завтра.\nНе привезли.",
        "В чате 10.03.2026 менеджер мне написал:\nпривезём завтра.\nНе привезли.",
    ),
    (
        "an address and a verb",
        "I wrote to shop@kettle.example.com on 10.03.2026 and nobody wrote\nback to me.",
        "I wrote to shop@kettle.example.com on 10.03.2026 and nobody wrote\nback to me.",
    ),
    (
        "a remark in a program",
        "It says\n// Sent from my kettle\nand stops.",
        "It says\n// Sent from my kettle\nand stops.",
    ),
]
