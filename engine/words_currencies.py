"""Names of the main currencies and their hundredths, per language.

English: (singular, plural). French: the same, and "f" for a feminine name.
Romanian: the same, and the gender. None: the currency has no hundredths in use.
"""

from .words_romanian import FEMININE, MASCULINE

_CENTS_EN = ("cent", "cents")
_CENTIMES_EN = ("centime", "centimes")
_ORE_EN = ("øre", "øre")

ENGLISH = {
    "AED": (("UAE dirham", "UAE dirhams"), ("fils", "fils")),
    "AUD": (("Australian dollar", "Australian dollars"), _CENTS_EN),
    "BGN": (("Bulgarian lev", "Bulgarian leva"), ("stotinka", "stotinki")),
    "CAD": (("Canadian dollar", "Canadian dollars"), _CENTS_EN),
    "CHF": (("Swiss franc", "Swiss francs"), _CENTIMES_EN),
    "CNY": (("yuan", "yuan"), ("fen", "fen")),
    "CZK": (("Czech koruna", "Czech korunas"), ("haler", "halers")),
    "DKK": (("Danish krone", "Danish kroner"), _ORE_EN),
    "EUR": (("euro", "euros"), _CENTS_EN),
    "GBP": (("pound sterling", "pounds sterling"), ("penny", "pence")),
    "HUF": (("forint", "forints"), ("fillér", "fillér")),
    "INR": (("Indian rupee", "Indian rupees"), ("paisa", "paise")),
    "JPY": (("yen", "yen"), None),
    "MAD": (("Moroccan dirham", "Moroccan dirhams"), _CENTIMES_EN),
    "MDL": (("Moldovan leu", "Moldovan lei"), ("ban", "bani")),
    "NOK": (("Norwegian krone", "Norwegian kroner"), _ORE_EN),
    "PLN": (("zloty", "zlotys"), ("grosz", "groszy")),
    "RON": (("leu", "lei"), ("ban", "bani")),
    "RSD": (("Serbian dinar", "Serbian dinars"), ("para", "para")),
    "SEK": (("Swedish krona", "Swedish kronor"), ("öre", "öre")),
    "TRY": (("Turkish lira", "Turkish lira"), ("kuruş", "kuruş")),
    "UAH": (("hryvnia", "hryvnias"), ("kopiyka", "kopiykas")),
    "USD": (("US dollar", "US dollars"), _CENTS_EN),
    "XAF": (("CFA franc", "CFA francs"), None),
    "XOF": (("CFA franc", "CFA francs"), None),
    "ZAR": (("rand", "rand"), _CENTS_EN),
}

_CENTS_FR = ("cent", "cents")
_CENTIMES_FR = ("centime", "centimes")

FRENCH = {
    "AED": (("dirham des Émirats", "dirhams des Émirats"), ("fils", "fils")),
    "AUD": (("dollar australien", "dollars australiens"), _CENTS_FR),
    "BGN": (("lev bulgare", "leva bulgares"), ("stotinka", "stotinki", "f")),
    "CAD": (("dollar canadien", "dollars canadiens"), _CENTS_FR),
    "CHF": (("franc suisse", "francs suisses"), _CENTIMES_FR),
    "CNY": (("yuan", "yuans"), ("fen", "fens")),
    "CZK": (("couronne tchèque", "couronnes tchèques", "f"), ("haléř", "haléřů")),
    "DKK": (("couronne danoise", "couronnes danoises", "f"), ("øre", "øre")),
    "EUR": (("euro", "euros"), _CENTIMES_FR),
    "GBP": (("livre sterling", "livres sterling", "f"), ("penny", "pence")),
    "HUF": (("forint", "forints"), ("fillér", "fillér")),
    "INR": (("roupie indienne", "roupies indiennes", "f"), ("paisa", "paise")),
    "JPY": (("yen", "yens"), None),
    "MAD": (("dirham marocain", "dirhams marocains"), _CENTIMES_FR),
    "MDL": (("leu moldave", "lei moldaves"), ("ban", "bani")),
    "NOK": (("couronne norvégienne", "couronnes norvégiennes", "f"), ("øre", "øre")),
    "PLN": (("zloty", "zlotys"), ("grosz", "groszy")),
    "RON": (("leu roumain", "lei roumains"), ("ban", "bani")),
    "RSD": (("dinar serbe", "dinars serbes"), ("para", "paras")),
    "SEK": (("couronne suédoise", "couronnes suédoises", "f"), ("öre", "öre")),
    "TRY": (("livre turque", "livres turques", "f"), ("kuruş", "kuruş")),
    "UAH": (("hryvnia", "hryvnias", "f"), ("kopiyka", "kopiykas", "f")),
    "USD": (("dollar américain", "dollars américains"), _CENTS_FR),
    "XAF": (("franc CFA", "francs CFA"), None),
    "XOF": (("franc CFA", "francs CFA"), None),
    "ZAR": (("rand", "rands"), _CENTS_FR),
}

_BAN = ("ban", "bani", MASCULINE)
_CENT_RO = ("cent", "cenți", MASCULINE)
_CENTIMA = ("centimă", "centime", FEMININE)
_ORE_RO = ("öre", "öre", MASCULINE)

ROMANIAN = {
    "AUD": (("dolar australian", "dolari australieni", MASCULINE), _CENT_RO),
    "BGN": (("levă bulgărească", "leve bulgărești", FEMININE), ("stotincă", "stotinci", FEMININE)),
    "CAD": (("dolar canadian", "dolari canadieni", MASCULINE), _CENT_RO),
    "CHF": (("franc elvețian", "franci elvețieni", MASCULINE), _CENTIMA),
    "CZK": (("coroană cehă", "coroane cehe", FEMININE), ("haler", "haleri", MASCULINE)),
    "DKK": (("coroană daneză", "coroane daneze", FEMININE), _ORE_RO),
    "EUR": (("euro", "euro", MASCULINE), _CENT_RO),
    "GBP": (("liră sterlină", "lire sterline", FEMININE), ("penny", "pence", MASCULINE)),
    "HUF": (("forint", "forinți", MASCULINE), ("fillér", "filléri", MASCULINE)),
    "JPY": (("yen", "yeni", MASCULINE), None),
    "MDL": (("leu moldovenesc", "lei moldovenești", MASCULINE), _BAN),
    "NOK": (("coroană norvegiană", "coroane norvegiene", FEMININE), _ORE_RO),
    "PLN": (("zlot", "zloți", MASCULINE), ("gros", "groși", MASCULINE)),
    "RON": (("leu", "lei", MASCULINE), _BAN),
    "RSD": (("dinar sârbesc", "dinari sârbești", MASCULINE), ("para", "parale", FEMININE)),
    "SEK": (("coroană suedeză", "coroane suedeze", FEMININE), _ORE_RO),
    "TRY": (("liră turcească", "lire turcești", FEMININE), ("kuruș", "kuruși", MASCULINE)),
    "UAH": (("hrivnă", "hrivne", FEMININE), ("copeică", "copeici", FEMININE)),
    "USD": (("dolar american", "dolari americani", MASCULINE), _CENT_RO),
}
