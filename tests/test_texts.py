"""Nobody who asks for help meets a sentence that is missing in the language they were offered."""

import re
from gettext import c2py
from itertools import chain
from pathlib import Path

import pytest
from babel import Locale

from helpline.i18n import LANGUAGES, Language, offered
from helpline.i18n import catalogue as spoken
from tests import texts
from tests.texts import LOCALE, ROOT, Sentence, placeholders

TRANSLATED = [language for language in offered() if language.tag != "en"]
FILES = sorted(LOCALE.glob("*/LC_MESSAGES/messages.po"))
TEMPLATES = sorted(chain(ROOT.glob("templates/**/*.html"), ROOT.glob("templates/**/*.txt")))
FOR_DEVELOPERS = {"templates/components.html"}


def _path(language: Language) -> Path:
    return LOCALE / language.folder / "LC_MESSAGES" / "messages.po"


def _missing(language: Language) -> list[Sentence]:
    ready = {
        (message.context, texts.forms(message.id))
        for message in texts.catalogue(_path(language))
        if message.id and not message.fuzzy and all(texts.forms(message.string))
    }
    asked = [one for one in texts.sentences(texts.extracted()) if one.is_for_people_asking]
    assert asked, "the extraction found nothing"
    return [one for one in asked if one.key not in ready]


def test_english_malay_and_simplified_chinese_are_offered() -> None:
    assert {"en", "ms", "zh-Hans"} <= {language.tag for language in offered()}


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda language: language.tag)
def test_a_person_asking_meets_no_untranslated_sentence(language: Language) -> None:
    assert [(one.forms, one.files) for one in _missing(language)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
def test_a_translation_names_the_same_facts(path: Path) -> None:
    wrong = []
    for message in texts.catalogue(path):
        english = set[str]().union(*map(placeholders, texts.forms(message.id)))
        for form in texts.forms(message.string):
            if message.id and form and not (_needed(message.id) <= placeholders(form) <= english):
                wrong.append((message.id, form))
    assert wrong == []


def _needed(text: object) -> set[str]:
    """A counted sentence may write its number as a word ("one person"); a plain one may not."""
    found = placeholders(texts.forms(text)[-1])
    return found - {"%(num)s", "%(count)s"} if len(texts.forms(text)) > 1 else found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
def test_a_catalogue_has_the_plural_forms_of_its_language(path: Path) -> None:
    """Babel's own table gives Malay two; the CLDR's rules, which Babel carries too, give it one."""
    right = len(Locale.parse(path.parts[-3]).plural_form.tags) + 1
    found = texts.catalogue(path)
    assert found.num_plurals == right
    counted = [message for message in found if not isinstance(message.id, str)]
    assert [one.id for one in counted if len(texts.forms(one.string)) != right] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
def test_a_catalogue_chooses_its_plural_forms_as_the_cldr_does(path: Path) -> None:
    """Whole numbers: each form of the header belongs to one category, as far as anybody counts."""
    folder = path.parts[-3]
    choose = c2py(texts.catalogue(path).plural_expr)
    rule = Locale.parse(folder).plural_form
    pairs = {(choose(count), rule(count)) for count in (*range(201), 1000, 10**6, 10**6 + 1)}
    assert len({form for form, _ in pairs}) == len({tag for _, tag in pairs}) == len(pairs)
    order = [tag for tag in ("zero", "one", "two", "few", "many", "other") if tag in _tags(folder)]
    assert pairs <= set(enumerate(order)), pairs


def _tags(folder: str) -> set[str]:
    return {*Locale.parse(folder).plural_form.tags, "other"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
def test_a_translation_holds_the_markup_of_the_english_one_and_closes_it(path: Path) -> None:
    wrong = [
        (message.id, form)
        for message in texts.catalogue(path)
        for form in texts.forms(message.string)
        if message.id and form and markup(form) != markup(texts.forms(message.id)[-1])
    ]
    assert wrong == []
    unbalanced = [form for form in _all_forms(path) if not is_closed(form)]
    assert unbalanced == []


def _all_forms(path: Path) -> list[str]:
    return [form for one in texts.catalogue(path) if one.id for form in texts.forms(one.string)]


def test_the_scan_for_markup_sees_what_is_missing_and_what_is_left_open() -> None:
    assert markup('<a href="/x">one</a> < two <br>') == ["</a>", '<a href="/x">', "<br>"]
    assert is_closed('<b>one <a href="/x">two</a></b> 3 < 4 <br>')
    assert not is_closed("<b>one <i>two</b></i>")
    assert not is_closed("<b>one")


TAG = re.compile(r"</?[a-z][^<>]*>")
EMPTY = {"br", "hr", "img", "wbr"}


def markup(text: str) -> list[str]:
    """The tags of a sentence with their attributes; their order is the language's own."""
    return sorted(TAG.findall(text))


def is_closed(text: str) -> bool:
    """Whether each element ends before the one around it does."""
    names: list[str] = []
    for tag in TAG.findall(text):
        name = re.findall(r"[a-z]\w*", tag)[0]
        if name in EMPTY:
            continue
        if not tag.startswith("</"):
            names.append(name)
        elif not names or names.pop() != name:
            return False
    return not names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
def test_a_catalogue_belongs_to_a_known_language(path: Path) -> None:
    assert path.parts[-3] in {language.folder for language in LANGUAGES.values()}


def test_the_gathered_sentences_are_those_of_today() -> None:
    kept = {one.key for one in texts.sentences(texts.catalogue(LOCALE / "messages.pot"))}
    today = {one.key for one in texts.sentences(texts.extracted())}
    assert kept == today, "run `make texts`"


def test_the_words_are_read_straight_from_the_catalogue() -> None:
    assert spoken("ms").gettext("Send") == "Hantar"
    assert spoken("zh-Hans").gettext("Send") == "发送"
    assert spoken("es").gettext("Send") == "Enviar"


@pytest.mark.parametrize("english", ["Call %(number)s, %(name)s", "Text %(number)s, %(name)s"])
def test_a_number_to_call_is_not_turned_round_among_arabic_words(english: str) -> None:
    """ "+60 3-2935 9935" would be shown as "9935 2935-3 60+"."""
    assert "\u2068%(number)s\u2069" in spoken("ar").gettext(english)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_says_nothing_but_what_can_be_translated(path: Path) -> None:
    if str(path.relative_to(ROOT)) in FOR_DEVELOPERS:
        return
    assert literals(path.read_text()) == []


def test_the_scan_for_literals_sees_words_and_attributes() -> None:
    assert literals('<p title="Hello {{ x }}">{{ _("fine") }} Oops</p>') == ["Hello", "Oops"]
    assert literals("{% trans %}fine{% endtrans %}<p class='x'>{# no #}&nbsp;: UTC+8</p>") == []


SILENT = re.compile(
    r"{#.*?#}|{%-?\s*trans\b.*?endtrans\s*-?%}|{%-?\s*raw\s*-?%}|{%-?\s*endraw\s*-?%}|<svg.*?</svg>",
    re.DOTALL,
)
SPOKEN_ATTRIBUTE = re.compile(
    r"""\b(?:title|alt|placeholder|aria-label)=(["'])(.*?)\1""", re.DOTALL
)
SAME_EVERYWHERE = re.compile(r"&\w+;|\bUTC\b")


def literals(template: str) -> list[str]:
    """Words of a template that stand outside gettext; a simple scan, text and four attributes."""
    bare = SILENT.sub(" ", template)
    bare = re.sub(r"{{.*?}}|{%.*?%}", "\0", bare, flags=re.DOTALL)
    attributes = " ".join(match[2] for match in SPOKEN_ATTRIBUTE.finditer(bare))
    text = re.sub(r"<[^>]*>", " ", bare)
    words = SAME_EVERYWHERE.sub(" ", f"{attributes} {text}").replace("\0", " ")
    return re.findall(r"[^\W\d_]{2,}", words)
