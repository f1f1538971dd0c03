"""Names, towns and phrases of people who do not exist.

The demo shop is the one place that knows two languages by name: a third one changes nothing here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class LanguageWords:
    """What people of one language are called and say. `women` and `men` are first names, `surnames` are in pairs."""

    language: str
    women: tuple[str, ...]
    men: tuple[str, ...]
    surnames: tuple[tuple[str, str], ...]
    towns: tuple[tuple[str, str, int], ...]
    praise: tuple[str, ...]
    blame: tuple[str, ...]
    complaints: tuple[tuple[str, str], ...]
    solution: str
    alternative: str


def _both(masculine: str) -> tuple[str, str]:
    return (masculine[:-2] + "ая" if masculine.endswith("ий") else masculine + "а", masculine)


# fmt: off
RUSSIAN = LanguageWords(
    language="ru",
    women=(
        "Анна", "Мария", "Елена", "Ольга", "Наталья", "Ирина", "Светлана", "Татьяна", "Екатерина", "Юлия", "Дарья",
        "Алина", "Вера", "Надежда", "Полина", "Ксения", "Людмила", "Галина", "Марина", "Валерия", "Софья", "Лидия",
    ),
    men=(
        "Александр", "Дмитрий", "Сергей", "Андрей", "Алексей", "Максим", "Иван", "Михаил", "Николай", "Павел",
        "Артём", "Роман", "Виктор", "Олег", "Игорь", "Юрий", "Кирилл", "Степан", "Глеб", "Фёдор", "Тимур", "Борис",
    ),
    surnames=tuple(map(_both, (
        "Ласточкин", "Берёзкин", "Самоваров", "Орешкин", "Полянский", "Зимин", "Снегирёв", "Кувшинов", "Лугов",
        "Ветров", "Рябинин", "Малинин", "Озеров", "Горин", "Клёнов", "Ручьёв", "Сахаров", "Мельников", "Дубинин",
        "Чайкин", "Соловьёв", "Громов", "Верхов", "Калинин", "Журавлёв", "Пряников", "Теремов", "Рощин", "Липин",
        "Сенин", "Облаков", "Медов", "Крылов", "Травин", "Кедров", "Тихонов", "Яблоков",
    ))),
    towns=(
        ("Москва", "Europe/Moscow", 30), ("Санкт-Петербург", "Europe/Moscow", 15), ("Казань", "Europe/Moscow", 7),
        ("Нижний Новгород", "Europe/Moscow", 6), ("Самара", "Europe/Samara", 6),
        ("Екатеринбург", "Asia/Yekaterinburg", 8), ("Пермь", "Asia/Yekaterinburg", 4),
        ("Новосибирск", "Asia/Novosibirsk", 8), ("Красноярск", "Asia/Krasnoyarsk", 4),
        ("Калининград", "Europe/Kaliningrad", 3), ("Краснодар", "Europe/Moscow", 6),
        ("Владивосток", "Asia/Vladivostok", 3),
    ),
    praise=(
        "Всё понравилось, спасибо!", "Привезли вовремя, работает тихо.", "Хорошая вещь за свои деньги.",
        "Пользуемся каждый день, довольны.", "Удобно заказать, приветливый курьер.", "Берём у вас второй раз.",
        "Выглядит лучше, чем на фото.", "Разобрались за пять минут.", "Подарили маме, ей нравится.", "", "", "", "",
    ),
    blame=(
        "Долго везли.", "Шумит сильнее, чем ожидали.", "Инструкция непонятная.", "Коробка приехала мятая.",
        "Кнопка западает.", "Не то, что на картинке.", "", "",
    ),
    complaints=(
        ("Не включается", "Подключили по инструкции, индикатор не горит."),
        ("Привезли с царапиной", "На боковой стенке глубокая царапина, упаковка целая."),
        ("Доставка опоздала на день", "Отпрашивались с работы и прождали весь день."),
        ("Протекает", "После первого включения на столе вода."),
        ("Не та модель", "В заказе была другая, с большим объёмом."),
        ("Сильно шумит", "Работает заметно громче, чем в магазине."),
    ),
    solution="Заменим за наш счёт, курьер приедет в удобное время.",
    alternative="Вернём деньги сегодня же.",
)

ENGLISH = LanguageWords(
    language="en",
    women=(
        "Emma", "Olivia", "Grace", "Sophie", "Hannah", "Lucy", "Chloe", "Alice", "Ruby", "Martha", "Nora", "Ivy",
        "Clara", "Rose", "Edith", "Helen", "Joan", "Susan", "Maeve", "Tess",
    ),
    men=(
        "James", "Oliver", "Harry", "George", "Jack", "Thomas", "Henry", "Arthur", "Daniel", "Samuel", "Adam", "Luke",
        "Peter", "Simon", "Martin", "Owen", "Neil", "Frank", "Hugh", "Patrick",
    ),
    surnames=tuple((name, name) for name in (
        "Ashcombe", "Birdwell", "Copperly", "Dunmore", "Eastlake", "Fairbrook", "Greyling", "Hollowell", "Inglewood",
        "Kettering", "Larkham", "Merriden", "Northway", "Oakridge", "Pemberly", "Quillan", "Ravensby", "Silverton",
        "Thornbury", "Underwood", "Vanstone", "Westerby", "Yarrow", "Applegarth", "Brindle", "Coldwell", "Marlowe",
        "Tidewell", "Harrowgate", "Stonebridge",
    )),
    towns=(
        ("London", "Europe/London", 24), ("Manchester", "Europe/London", 10), ("Bristol", "Europe/London", 8),
        ("Leeds", "Europe/London", 7), ("Edinburgh", "Europe/London", 8), ("Cardiff", "Europe/London", 5),
        ("Dublin", "Europe/Dublin", 12), ("Cork", "Europe/Dublin", 4), ("Belfast", "Europe/London", 5),
        ("Valletta", "Europe/Malta", 3), ("Limassol", "Asia/Nicosia", 4),
    ),
    praise=(
        "Love it, thank you!", "Came on time and runs quietly.", "Good value for the price.", "We use it every day.",
        "Easy to order, friendly courier.", "Our second one from you.", "Looks better than in the picture.",
        "Set up in five minutes.", "A present for my mum, she is happy.", "", "", "", "",
    ),
    blame=(
        "Took too long to arrive.", "Louder than expected.", "The manual is hard to follow.", "The box was dented.",
        "A button sticks.", "Not what the picture shows.", "", "",
    ),
    complaints=(
        ("Does not switch on", "Plugged in as the manual says, no light at all."),
        ("Arrived scratched", "A deep scratch on the side, the box itself was fine."),
        ("Delivered a day late", "We took time off work and waited all day."),
        ("It leaks", "Water on the worktop after the first use."), ("Wrong model", "We ordered the larger one."),
        ("Very noisy", "Much louder than the one in the shop."),
    ),
    solution="We replace it at our cost, the courier comes when it suits you.",
    alternative="We give the money back today.",
)
# fmt: on

RUSSIAN_SHARE = 0.6
SOURCES = (("organic", 30), ("ads", 28), ("marketplace", 16), ("referral", 10), ("social", 10), ("shop", 6))
TAGS = (("recipes", 0.12), ("tips", 0.08), ("loyal", 0.05), ("gift buyer", 0.04))
