"""English."""

from knowledge.languages.language import Language, phrases, short, split, table

_PEOPLE = r"(human|agent|operator|person|representative|people|someone|somebody)s?"
_LIVE = r"(real|live|actual|human|support)"

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
    greetings=short("hello hi hey greetings morning evening afternoon", "good day there everyone all"),
    thanks=short("thanks thank ok okay great cool understood got", "you very much a lot so it for your the help"),
    helped=short("helped worked solved", "yes it this that all now thanks thank you"),
    unhelped=(
        r"(?:(?:no|but|sorry|this|that|it|still) )*"
        r"(?:did not|didn t|didnt|does not|doesn t|doesnt|not) (?:help|helpful|helping|solve it|solved)(?: me| at all)*"
    ),
    yes=short("yes yep yeah sure", "please thanks"),
    no=short("no nope", "thanks thank you"),
    cancelling=split("cancel stop"),
    commands={
        "menu": ("start",),
        "topics": ("topics",),
        "language": ("language",),
        "export": ("my data",),
        "forget": ("forget me",),
        "own": ("my questions",),
    },
    # A wish names a person and wants them: the nouns alone occur in many questions ("my mobile operator").
    person=(
        rf"^\W*((i|we|a|an|the|please|hi|hello|need|want|can|get|me|{_LIVE})\W+)*"
        rf"(human|agent|operator|representative|person)(\W+(please|now))*\W*$",
        rf"\b(talk|speak|chat|connect|transfer|put|get|give|call)( me| us)?( through)?( to| with)? "
        rf"((a|an|the|some|{_LIVE}) )*{_PEOPLE}\b(?! (i|who|that|from|else|rights))",
        rf"\b(need|want|like) ((to have|a|an|the|{_LIVE}) )+(human|agent|operator|person|representative)\b",
        r"\b(human|live) (agent|operator|person|support)\b|\bwrite to us\b",
    ),
    nudges=(
        r"^\W*(hey|hello)\W*$",
        r"\b(any|an)\W+(news|update|updates|answer)\b|\b(is\W+)?any(one|body)\W+(there|here)\b",
        r"\bwhen\W+(\w+\W+){0,3}(answer|reply|respond)\b|\bhow (much )?longer?\b|\bstill waiting\b",
    ),
    question_words=split("how what where when why who which can could do does did is are should"),
    lead_ins=split("and but also so hi hello please"),
    openings=(
        *phrases("hi|hello|hey|greetings|please|pls|sorry|excuse me|there|guys|team"),
        *phrases("good", "morning|afternoon|evening|day"),
        *phrases("dear", "support|team|sir|all"),
        *phrases("a|i have a|quick|i have a quick", "question"),
    ),
    closings=(
        *phrases("thanks", "|a lot|in advance"),
        *phrases("thank you", "|very much|in advance|so much"),
        *phrases("|please", "help", "|me", "|please"),
        *phrases("thx|asap|asap please|urgent|urgently|best regards|please|pls"),
    ),
    common_words=split(
        "how what where when why who which can could do does did is are was the a an to in on of for with my "
        "me i it you yes "
        "no ok"
    ),
    colloquial=table("""
        account: acc acct accnt
        address: addr
        administrator: admin admins
        and: n
        application: app apps
        are: r
        because: cuz coz bcoz bcz
        before: b4
        birthday: bday
        can: cn
        facebook: fb
        good: gud
        have: hv
        hour: hrs
        how: hw
        information: info
        instagram: insta ig
        later: l8r
        message: msg msgs
        minute: mins
        notification: notif notifs
        password: pw pwd passwd psswrd
        payment: pymt
        people: ppl
        phone: fone
        picture: pic pics
        please: pls plz plzz
        quantity: qty
        received: rcvd recd
        telegram: tg
        thanks: thx tnx thnx
        today: tdy 2day
        tomorrow: tmrw tmr tmrow 2moro
        transaction: txn
        video: vid vids
        vkontakte: vk
        week: wk wks
        what: wut
        with: wid
        why: y
        year: yr yrs
        you: u
        your: ur
        youtube: yt
    """),
    intents=table("""
        on: enabl activat turn+on$ switch+on$ power+on$
        off: disabl deactivat turn+off$ switch+off$ shut unplug
        add: add$ added$ adding$ creat set$ setting$ make$ schedul put$
        remove: remov delet eras clear drop$ rid$
        restore: restor recov undo$ bring+back$ get+back$
        up: louder increas rais turn+up$ brighter higher brighten
        down: lower decreas reduc turn+down$ quieter softer dim$ dimmer
        block: block$ blocked$ blocking$ ban$ banned$
        unblock: unblock unban unlock
        show: show see$ view read$ reading$ check display look$ tell$
        hide: hide$ hiding$ hidden$ conceal
        send: send sent$ write writ reply repl respond forward
        receive: receiv get$ arriv came$ got$
        buy: buy$ purchas order book$ booking$ reserv pay$
        cancel: cancel abort withdraw
        play: play start launch begin
        stop: stop paus end$ quit halt finish
        change: chang edit modif updat replac move$
        open: open log+in$ sign+in$ login$ enter$ access
        close: close$ closing$ log+out$ sign+out$ logout$ exit leave$
        join: subscri join sign+up$ regist enrol
        leave: unsubscri opt+out$
        download: download save$
        upload: upload post$ posting$ publish
        link: link$ attach connect pair$
        unlink: unlink detach disconnect
        call: call$ calling$ dial
        lose: forgot forget lost$ lose$ missing$
        find: find$ search locat look+for$
        fail: error broken fail crash bug$ not+work doesn+work wont cannot$ can+t$
        remind: remind
        advise: recommend suggest advis
        report: complain report
        why: why$
        when: when$ what+time$
        where: where
        how many: how+many$ how+much$ how+long$
        who: who$ whom$ whose$
        how: how$
        can: can$ could$ may$ possible allowed
        what: what$ which$
        is: is$ are$ do$ does$ did$ was$ have$
    """),
    abbreviations=split("e.g i.e etc dr mr mrs ms prof st no vs approx fig vol pp inc ltd jr sr dept est tel ext"),
)
