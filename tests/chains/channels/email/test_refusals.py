import smtplib

import pytest

from chains.channels.email.refusals import Refusal, refusal
from chains.channels.email.sender import outcome_of

GONE = """
550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown in local recipient table
550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown in relay recipient table
550 5.1.1 The account that you tried to reach does not exist. See https://support.example/mail/?p=NoSuchUser
550 5.2.1 The account that you tried to reach is disabled.
550 No such user here
550 Unknown user
550 ann@example.com... User unknown
550 Requested action not taken: mailbox unavailable
550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).
550 5.4.1 Recipient address rejected: Access denied. AS(201806281)
550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
550 #5.1.0 Address rejected.
550 5.1.1 ann@example.com
550 Invalid recipient ann@example.com
550 Unrouteable address
551 User not local; please try <ann@elsewhere.example>
553 Mailbox name not allowed
550 Account ann@example.com has been suspended
550 User ann@example.com does not exist in virtual mailbox table
550 sorry, no mailbox here by that name. (#5.1.1)
554 delivery error: dd This user doesn't have a mail.example account (ann@mail.example) [0] - mta1
550 5.1.2 Bad destination system
550 Domain does not exist
550 ann@example.com is not an active address at this host
550 mailbox ann@example.com unavailable
550 mailbox not present
550 destination addresses were unknown
550 no mail box available for this user
550 There is no one at this address
550 sorry, badrcptto
550 ann@example.com is a deactivated mailbox
550 address ann@example.com has been replaced by ann@elsewhere.example
550 No existe dicha persona
550 Пользователь не найден
550 Почтовый ящик не существует
550 Нет такого пользователя
550 Message was not accepted -- invalid mailbox. Local mailbox ann@example.com is unavailable: user not found
550 Empfänger unbekannt
550 Utilisateur inconnu
550 Usuario desconocido
550 Utente sconosciuto
550 Destinatário não encontrado
550 Użytkownik nie istnieje
550 Kullanıcı bulunamadı
550 用户不存在
"""
OF_SENDER = """
550 5.1.1 Refused due to recipient preferences
550 5.1.1 user refuses to receive this mail
550 5.1.1 you have been blocked by the recipient
550 5.1.1 no access from mail server 192.0.2.7
550 5.1.1 Please use the smtp server of your provider
550 5.1.1 cannot resolve your address
550 5.1.1 sorry, that domain isn't in my list of allowed rcpthosts
550 5.1.1 Domain does not exist: kettle.example.com
550 5.2.0 <shop@kettle.example.com> From: Domain is invalid. Please provide a valid From:
550 5.1.1 by a non-member to a members-only list
550 5.1.1 Frequency limited, too many from 192.0.2.7
550 5.1.1 Messages from 192.0.2.7 weren't sent
550 5.1.1 our system has detected something odd
550 5.1.1 improper use of 8-bit data in message header
550 5.1.1 duplicate header
550 5.1.1 Protocol violation
550 5.1.1 émetteur invalide
550 5.1.1 open proxy
550 Blocked, see https://lists.example/lookup?ip=192.0.2.7
550 IP 192.0.2.7 found on our blacklist
550 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using Spamhaus
550 rejected because 192.0.2.7 is in a black list at dul.dnsbl.sorbs.net
550 SPF validation did not pass
550 5.7.26 This mail is unauthenticated
550 DMARC policy violation
550 No RDNS entry for 192.0.2.7
550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)
550 High probability of spam
550 Your message was considered as UCE
550 System has detected that this message is likely unsolicited mail
550 Message refused by content filter
550 We do not relay
554 5.7.1 <ann@example.com>: Relay access denied
553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)
550 Sender verify failed
550 Return path could not be verified
550 <shop@example.com>: Sender address rejected: User unknown in local recipient table
553 5.1.8 <shop@example.com>: Sender domain does not exist
550 From address does not exist
550 Too many connections from your IP
550 Rate limit exceeded
550 Greylisted, please try again
550 Administrative prohibition
550 your host is not allowed to connect
550 authentication required
550 Requested action not taken: mailbox unavailable. See https://post.example/error?ip=192.0.2.7&c=bip
550 5.1.1 rejected: your IP 192.0.2.7 is listed at a blacklist
550 Письмо отклонено, адрес отправителя заблокирован
550 Ваш IP в чёрном списке
550 Absender abgelehnt
550 Account of sender does not exist
550 Your IP address is not valid
550 Client host rejected: cannot find your hostname
550 Bounce address invalid
550 your mail domain could not be resolved
550 Expéditeur refusé
550 Remitente en lista negra
550 Mittente non accettato
"""
FULL = """
552 5.2.2 mailbox full
552 Requested mail action aborted: exceeded storage allocation
550 5.1.1 mailbox is over quota
550 Mailbox quota exceeded
554 5.2.2 The account that you tried to reach is over quota
550 Переполнен почтовый ящик
550 Postfach voll
"""
PASSING = """
450 4.2.1 try later
451 4.7.1 Greylisting in action
452 4.2.2 mailbox full
421 Too many connections
550 Mailbox temporarily disabled
450 4.1.1 <ann@example.com>: Recipient address rejected: undeliverable address: user unknown
"""
UNCLEAR = """
550 No
550 Rejected
554 Transaction failed
550 <ann@example.com>
"""


def said(meaning, replies):
    return [(meaning, reply) for reply in replies.strip().splitlines()]


@pytest.mark.parametrize(
    ("meaning", "reply"),
    [
        *said(Refusal.MAILBOX_GONE, GONE),
        *said(Refusal.SENDER, OF_SENDER),
        *said(Refusal.MAILBOX_FULL, FULL),
        *said(Refusal.PASSING, PASSING),
        *said(Refusal.UNCLEAR, UNCLEAR),
    ],
)
def test_understands_what_a_server_says_of_an_address(meaning, reply):
    code, _space, words = reply.partition(" ")

    assert refusal(words, code=int(code)) is meaning
    assert refusal(reply) is meaning


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"ann@example.com": (550, b"5.1.1 No such user")}), "bounced"),
        (smtplib.SMTPRecipientsRefused({"ann@example.com": (550, "Пользователь не найден".encode())}), "bounced"),
        (smtplib.SMTPRecipientsRefused({"ann@example.com": (550, b"Rejected")}), ""),
        (smtplib.SMTPRecipientsRefused({"ann@example.com": (550, b"5.2.2 mailbox full")}), ""),
        (smtplib.SMTPDataError(554, b"This user doesn't have a mail.example account"), "bounced"),
        (smtplib.SMTPDataError(550, b"spam"), ""),
    ],
)
def test_only_what_is_said_of_the_mailbox_gives_an_address_up_while_sending(error, state):
    outcome = outcome_of(error, 1)

    assert (outcome.result.name, outcome.contact_state) == ("PERMANENT", state)


@pytest.mark.parametrize("words", ["user " * 20_000, "a@b " * 20_000, "550 " * 20_000, "x" * 100_000, "mailbox " * 99])
def test_words_without_end_are_read_as_far_as_is_bearable(words):
    assert refusal(words) in Refusal
