import pytest

from crm.robots import is_robot

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    "agent",
    [
        f"Mozilla/5.0 (Linux; Android 9; CUBOT) {CHROME}",
        f"Mozilla/5.0 (Linux; Android 9; CUBOT; wv) {CHROME}",
        f"Mozilla/5.0 (Linux; Android 8.1; CUBOT_NOTE_S Build/O11019) {CHROME}",
        f"Mozilla/5.0 (Linux; Android 11; Cubot KingKong 5) {CHROME}",
        f"Mozilla/5.0 (Linux; Android 12; P80 CUBOT) {CHROME}",
        f"Mozilla/5.0 (Linux; Android 12; SM-A515F) {CHROME}",
        "Abbott/1.0 Mozilla/5.0 Safari",
        "Talbot Reader 2.1",
        "Robota/2.0",
        "Botswana Mobile Browser",
        "Mozilla/5.0 (X11) Bottega Safari",
    ],
)
def test_people_are_no_robots_whatever_their_phone_is_called(agent):
    assert not is_robot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        "",
        " ",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Googlebot-Image/1.0",
        f"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) {CHROME} (compatible; Googlebot/2.1)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
        "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
        "PetalBot",
        "UptimeRobot/2.0",
        "TelegramBot (like TwitterBot)",
        "Mail.RU_Bot/2.0",
        "Baiduspider/2.0",
        "facebookexternalhit/1.1",
        "Mozilla/5.0 HeadlessChrome/120.0",
        f"Mozilla/5.0 (Linux; Android 9; CUBOT) {CHROME} (compatible; SomeBot/1.0)",
    ],
)
def test_robots_that_say_so_are_believed(agent):
    assert is_robot(agent)
