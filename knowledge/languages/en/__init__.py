"""English."""

from knowledge.languages.en.nudges import NUDGES
from knowledge.languages.en.sayings import SAYINGS
from knowledge.languages.language import Language, PersonWish, forms, phrases, split, table

_PERSON = PersonWish(
    people=forms(
        "agent operator representative rep moderator admin administrator manager supervisor specialist adviser",
        "|s",
    )
    | split("support helpdesk employee employees staffer"),
    anyone=split("human humans person persons people someone somebody anyone anybody staff"),
    calls=split(
        """
        talk talking speak speaking chat chatting connect transfer contact escalate reach call summon
        forward
        """
    ),
    wants=split(
        """
        want wanna need like get getting give have can could may let bring send pass put is prefer would
        fetch hand
        """
    ),
    around=split(
        """
        to with through in touch of customer service team care desk member staff line real live actual
        living hold over how do where directly instead help helping answer from there here someone some any
        over rather not talk speak chat urgently asap be connected transferred something another different
        your senior immediately him her them
        """
    ),
    attributes=split(
        """
        fee fees account accounts id code app apps rights role roles page license licence program programme
        commission portal hours status panel dashboard permission permissions who that which else i level
        rank badge group for
        """
    ),
    phrases="""
        i|we + dont|do not|don t + want to|wish to + talk to|speak to|chat with|deal with + a bot|the bot|bots
        i|we + dont|do not|don t + want + a bot|the bot|bots
        no more bots|enough of bots|enough bots|transfer me|put me through
        write to us|customer service please|customer support please|customer service|customer support
    """,
    about=split("about because regarding concerning since as for that to cause with on and but"),
)

ENGLISH = Language(
    code="en",
    name="English",
    remark="(in English)",
    script="latin",
    letters="abcdefghijklmnopqrstuvwxyz",
    stemmer="english",
    frequent_words=split(
        "the a is are i my me you your how what why where when can cannot do does not to of in on for with "
        "have has hello hi "
        "please thanks password account page help it this need want human agent"
    ),
    sayings=SAYINGS | NUDGES,
    ordinals=(
        "none|none of these|none of them|none of those|none of the above|neither|neither of them|neither of these"
        "|nothing|zero|no one"
        "|nothing fits|none fits|none of these fit|none fit|none applies|none of them fits|other|another"
        "|something else|not listed"
        "|nothing here|nothing of these|none of these help|no match|not any of these|not one of these|its not there",
        "one|first|the first|1st",
        "two|second|2nd",
        "three|third|3rd",
        "four|fourth|4th",
        "five|fifth|5th",
        "six|sixth|6th",
        "seven|seventh|7th",
        "eight|eighth|8th",
        "nine|ninth|9th",
        "ten|tenth|10th",
    ),
    last="last|bottom|final",
    problem=(
        r"\b(never (came|arrived|got|received|worked|changed)|still|again|keeps? (happening|failing|crashing)"
        r"|came back|comes back|is back|as before|worse|broken|disappeared|vanished)\b",
        r"\b(not|didnt|doesnt|isnt|wont|cant|cannot|havent|hasnt|wasnt|never) (\w+ )?(help|work|solve|fix|resolve"
        r"|receive|receiv|get|got"
        r"|arrive|return|refund|open|load|change|log|see|come|back|play|start|show|restor|send|sent|possible|able)\w*",
        r"\bno (money|refund|sound|access|answer|reply|code|change|email|luck|effect)\b",
        r"\b(error|fails?|failed|failing|crash\w*)\b",
    ),
    commands={
        "menu": ("start",),
        "topics": ("topics",),
        "language": ("language",),
        "export": ("my data",),
        "forget": ("forget me",),
        "own": ("my questions",),
    },
    person=_PERSON,
    requests=split(
        "send tell write describe provide share attach let check try specify confirm give reply explain name please"
    ),
    question_words=split("how what where when why who which can could do does did is are should"),
    lead_ins=split("and but also so hi hello please"),
    months=(
        "january jan$",
        "february feb$",
        "march mar$",
        "april apr$",
        "may$",
        "june jun$",
        "july jul$",
        "august aug$",
        "september sept$ sep$",
        "october oct$",
        "november nov$",
        "december dec$",
    ),
    days={"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1},
    times=(
        r"\b(day|week|month|year|hour|minute)s? (ago|before)\b",
        r"\b(last|this|past|on|since) (mon|tues|wednes|thurs|fri|satur|sun)day\b",
        r"^(mon|tues|wednes|thurs|fri|satur|sun)day( (morning|afternoon|evening|night))?$",
        r"\b(last|this|past) (week|month|year|night|morning|afternoon|evening|weekend|summer|winter|spring|autumn)\b",
        r"\b(just now|right now|over the weekend|at the weekend|the other day)\b",
    ),
    account_words=split("id login username nickname handle account user number"),
    openings=(
        *phrases("hope", "you are|all is|everything is", "well|doing well|fine"),
        *phrases("i", "hope", "you are|all is|everything is|this finds you", "well|doing well|fine"),
        *phrases("hi|hello|hey|greetings|please|pls|sorry|excuse me|there|guys|team"),
        *phrases("good", "morning|afternoon|evening|day"),
        *phrases("dear", "support|team|sir|all"),
        *phrases("a|i have a|quick|i have a quick", "question"),
    ),
    closings=(
        *phrases("|i", "hope you can help", "|me"),
        *phrases("have a", "nice|good|great", "day|one|evening|weekend"),
        *phrases("kind|best|warm", "regards"),
        *phrases("cheers|thanks for your help|thank you for your help|looking forward to your reply"),
        *phrases("thanks", "|a lot|in advance"),
        *phrases("thank you", "|very much|in advance|so much"),
        *phrases("|please", "help", "|me", "|please"),
        *phrases("thx|asap|asap please|urgent|urgently|best regards|please|pls"),
    ),
    common_words=split(
        "don dont doesn doesnt didn didnt isn isnt aren wasn cannot cant couldn s t m re ve ll d want need know like "
        "tell help please now just really quickly would should have has had been be get got this that again still "
        "today yesterday trying try able any some us we your there here if or and so not how what where when why who "
        "which can could do does did is are was the a an to in on of for with my me i it you yes no ok struggling "
        "struggled struggle figure figured work out days day hours hour weeks week months month ages long since over "
        "spent wasted whole half couple several past tried"
    ),
    stances=table("""
        on: enabl activat turn|switch|power+on$
        off: disabl deactivat turn|switch|power+off$ shut unplug
        add: add$ added$ adding$ creat install
        remove: remov delet eras clear drop$ rid$ uninstall
        restore: restor recov undo$ revok reinstat bring|get+back$
        up: louder increas rais turn+up$ brighter higher brighten
        down: lower decreas reduc turn+down$ quieter softer dim$ dimmer
        block: block$ blocked$ blocking$ ban$ banned$
        unblock: unblock unban unlock
        show: show
        hide: hide$ hiding$ hidden$ conceal
        send: send sent$ forward
        receive: receiv
        buy: buy$ buying$ bought$ purchas order ordering book$ booking$ reserv
        sell: sell$ selling$ sold$
        cancel: cancel withdraw
        play: play start launch begin
        stop: stop paus quit halt
        open: open unlock log|sign+in$ login$
        close: close$ closed$ closing$ shut$ lock$ log|sign+out$ logout$
        join: subscri join sign+up$ regist enrol
        leave: unsubscri opt+out$ leave$
        download: download
        upload: upload
        link: link$ attach connect pair$
        unlink: unlink detach disconnect
        hot: hot$ hotter$ warm
        cold: cold$ colder$ cool$ cooler$
        left: left$
        right: right$
        next: next$
        previous: previous
        first: first$
        last: last$
        more: more$
        less: less$ fewer$
        deposit: deposit
        withdraw: withdraw
        paid: paid$
        free: free$
        morning: morning
        evening: evening night
        male: male$ men$ mens$ man$
        female: female women woman
        import: import$ importing$
        export: export
        single: single$ monoxid
        double: double$ twin$ dioxid
        monthly: monthly
        yearly: yearly annual
        without: without$ except$
        deny: not$ never$ no$ none$ don$ dont$ doesn$ doesnt$ didn$ didnt$ isn$ isnt$ wasn$ wasnt$ won$ wont$ hasn$
            hasnt$ haven$ havent$ aren$ arent$ nothing$ itself$ half$ partial partly
        unable: cannot$ cant$ can$|could$|able$+not$|t$ couldn$ couldnt$ unable$ impossible$ refus
        fail: error broken fail crash bug$ bugs$ stuck$ problem trouble issue
        why: why$ how+come$
        state: is|are|did+open$|opened$|closed$|shut$|locked$|unlocked$|on$|off$|enabled$|disabled$|lock$|close$
        lost: forgot forget lost$ lose$ losing$ stolen stole$
        asks: how$ when$ where$ what$ who$ which$
        wonder: not$|no$|t$|dont$|cannot$|cant$+know$|find$|remember$|understand$|sure$|figur|idea$|clue$ couldn+you$
            if$|or$+not$
        unwanted: longer$ not$|no$|t$|dont$|cannot$|cant$+need|want
    """),
    abbreviations=split("e.g i.e etc dr mr mrs ms prof st no vs approx fig vol pp inc ltd jr sr dept est tel ext"),
)
