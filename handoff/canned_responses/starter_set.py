"""Texts of the starter set, written for this project."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Starter:
    """A shared response that each database gets once; its key never changes."""

    key: str
    language: str
    folder: str
    title: str
    text: str


_RUSSIAN = (
    (
        "greeting",
        "Начало",
        "Приветствие",
        "Здравствуйте, {name}! Меня зовут {agent}, я занимаюсь вашим вопросом №{ticket}.",
    ),
    (
        "checking",
        "Начало",
        "Нужно время на проверку",
        "Здравствуйте, {name}! Вашим вопросом №{ticket} занимаюсь я. Мне нужно кое-что проверить, я напишу вам сюда, "
        "как только узнаю.",
    ),
    (
        "usual-wait",
        "Начало",
        "Сколько обычно ждать",
        "Здравствуйте, {name}! Обычно мы отвечаем за {wait}. Дописывать подробности можно прямо сюда.",
    ),
    (
        "details",
        "Уточнения",
        "Попросить подробности",
        "Здравствуйте, {name}! Чтобы разобраться, мне нужно знать:\n\n- что вы делали перед этим;\n- что "
        "ожидали увидеть и что увидели;\n- с какого устройства и из какого приложения вы заходите.",
    ),
    (
        "screenshot",
        "Уточнения",
        "Попросить снимок экрана",
        "Пришлите, пожалуйста, снимок экрана целиком, вместе с текстом ошибки. Пароли и коды из смс "
        "присылать не нужно.",
    ),
    (
        "link",
        "Уточнения",
        "Попросить ссылку",
        "Пришлите, пожалуйста, ссылку на страницу или запись, о которой идёт речь.",
    ),
    (
        "safety",
        "Безопасность",
        "Пароль и коды",
        "Пожалуйста, никому не сообщайте пароль и коды подтверждения, в том числе нам: сотрудники их "
        "никогда не спрашивают. Если вы уже отправили их кому-то, смените пароль прямо сейчас.",
    ),
    (
        "passed-on",
        "Ход работы",
        "Передано специалистам",
        "{name}, ваш вопрос №{ticket} теперь у коллег, которые отвечают за эту часть. Писать ещё раз не "
        "нужно: ответ придёт сюда.",
    ),
    (
        "known-fault",
        "Ход работы",
        "Неполадка известна",
        "{name}, об этой неполадке мы знаем и уже её исправляем. Приносим извинения. Когда всё заработает, "
        "мы напишем вам сюда.",
    ),
    (
        "closing",
        "Завершение",
        "Проверьте, пожалуйста",
        "{name}, теперь всё должно работать. Проверьте, пожалуйста, и напишите, если что-то осталось неясно.",
    ),
    (
        "cannot",
        "Завершение",
        "Помочь нельзя",
        "{name}, здесь мы помочь не можем: {reason}. Если у вас есть сведения, которые меняют дело, пришлите их сюда.",
    ),
)

_ENGLISH = (
    (
        "greeting",
        "Opening",
        "Greeting",
        "Hello {name}, I am {agent} and I am looking after your question #{ticket}.",
    ),
    (
        "checking",
        "Opening",
        "Time needed to check",
        "Hello {name}, I have your question #{ticket}. I need to check something first and will write to "
        "you here as soon as I know.",
    ),
    (
        "usual-wait",
        "Opening",
        "How long it usually takes",
        "Hello {name}, we usually answer within {wait}. You can add details right here.",
    ),
    (
        "details",
        "Details",
        "Ask for details",
        "Hello {name}, to find the cause I need to know:\n\n- what you did just before;\n- what you "
        "expected and what you saw instead;\n- which device and which app you use.",
    ),
    (
        "screenshot",
        "Details",
        "Ask for a screenshot",
        "Please send a screenshot of the whole screen, with the text of the error. Do not send passwords or codes.",
    ),
    (
        "link",
        "Details",
        "Ask for a link",
        "Please send the link to the page or post that this is about.",
    ),
    (
        "safety",
        "Safety",
        "Passwords and codes",
        "Please give your password and confirmation codes to no one, including us: our agents never ask "
        "for them. If you already sent them to somebody, change your password now.",
    ),
    (
        "passed-on",
        "Progress",
        "Passed to specialists",
        "{name}, your question #{ticket} is now with the colleagues who look after this part. You need not "
        "write again: the answer comes here.",
    ),
    (
        "known-fault",
        "Progress",
        "A known fault",
        "{name}, we know about this fault and are fixing it. We are sorry. We will write to you here when "
        "it works again.",
    ),
    (
        "closing",
        "Closing",
        "Please check",
        "{name}, it should work now. Please check, and write to us if anything is still unclear.",
    ),
    (
        "cannot",
        "Closing",
        "We cannot help",
        "{name}, we cannot help with this: {reason}. If you have information that changes this, please send it here.",
    ),
)

_HUNGARIAN = (
    (
        "greeting",
        "Kezdés",
        "Köszönés",
        "Jó napot kívánok, {name}! {agent} vagyok, én foglalkozom az Ön {ticket}. számú kérdésével.",
    ),
    (
        "checking",
        "Kezdés",
        "Időre van szükség",
        "Jó napot kívánok, {name}! A(z) {ticket}. számú kérdése nálam van. Előbb utána kell néznem "
        "valaminek, és amint megtudtam, ide írok Önnek.",
    ),
    (
        "usual-wait",
        "Kezdés",
        "Mennyit kell általában várni",
        "Jó napot kívánok, {name}! Általában {wait} alatt válaszolunk. A részleteket ide is megírhatja.",
    ),
    (
        "details",
        "Részletek",
        "Részletek kérése",
        "Jó napot kívánok, {name}! Hogy megtaláljam az okot, a következőket kell tudnom:\n\n- mit tett "
        "közvetlenül előtte;\n- mire számított, és mit látott helyette;\n- milyen eszközt és milyen "
        "alkalmazást használ.",
    ),
    (
        "screenshot",
        "Részletek",
        "Képernyőkép kérése",
        "Kérem, küldjön képernyőképet a teljes képernyőről, a hibaüzenet szövegével együtt. Jelszót és "
        "kódot ne küldjön.",
    ),
    (
        "link",
        "Részletek",
        "Hivatkozás kérése",
        "Kérem, küldje el annak az oldalnak vagy bejegyzésnek a hivatkozását, amelyről szó van.",
    ),
    (
        "safety",
        "Biztonság",
        "Jelszavak és kódok",
        "Kérem, senkinek ne adja meg a jelszavát és a megerősítő kódokat, nekünk sem: munkatársaink soha "
        "nem kérik ezeket. Ha már elküldte valakinek, változtassa meg most a jelszavát.",
    ),
    (
        "passed-on",
        "Folyamat",
        "Továbbítva a szakértőknek",
        "{name}, az Ön {ticket}. számú kérdése most azoknál a kollégáknál van, akik ezzel a területtel "
        "foglalkoznak. Nem kell újra írnia: a válasz ide érkezik.",
    ),
    (
        "known-fault",
        "Folyamat",
        "Ismert hiba",
        "{name}, erről a hibáról tudunk, és már javítjuk. Elnézést kérünk. Ide fogunk írni Önnek, amikor újra működik.",
    ),
    (
        "closing",
        "Lezárás",
        "Kérem, ellenőrizze",
        "{name}, most már működnie kell. Kérem, ellenőrizze, és írjon, ha valami még nem világos.",
    ),
    (
        "cannot",
        "Lezárás",
        "Nem tudunk segíteni",
        "{name}, ebben sajnos nem tudunk segíteni: {reason}. Ha van olyan információja, amely ezen "
        "változtat, kérem, küldje el ide.",
    ),
)

STARTERS = tuple(
    Starter(f"{language}-{key}", language, folder, title, text)
    for language, texts in (("ru", _RUSSIAN), ("en", _ENGLISH), ("hu", _HUNGARIAN))
    for key, folder, title, text in texts
)
