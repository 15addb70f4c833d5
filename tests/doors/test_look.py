"""The floor every page stands on: frames, language, style and script, without any other room."""

import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string, request
from flask.testing import FlaskClient

from helpline.web import assets, components, language
from tests.weights import first_load, linked

ROOT = Path(__file__).parent.parent.parent
CONTENT = (
    "{% extends 'base_public.html' %}{% block content %}<h1>{{ _('Send') }}</h1>{% endblock %}"
)


@pytest.fixture
def site() -> Flask:
    """An application of frames alone, with one page for people asking and one provider's door."""
    app = Flask("look", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(SECRET_KEY="only for flashed messages", TESTING=True)
    for door in (assets, language, components):
        door.init_app(app)
    app.add_url_rule("/here", "here", _here, methods=["GET", "POST"])
    app.add_url_rule("/sms/twilio", "sms", lambda: request.stream.read(), methods=["POST"])
    return app


def _here() -> str:
    return render_template_string(CONTENT)


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    return site.test_client()


def _lang(html: str) -> str:
    found = re.search(r'<html lang="([^"]+)" dir="ltr">', html)
    assert found
    return found[1]


def test_the_browser_says_which_language_is_read(visitor: FlaskClient) -> None:
    page = visitor.get("/here", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}).text
    assert _lang(page) == "zh-Hans"
    assert "<h1>发送</h1>" in page


def test_a_chosen_language_stays_until_the_browser_is_closed(visitor: FlaskClient) -> None:
    chosen = visitor.get("/here?lang=ms")
    assert chosen.headers["Set-Cookie"] == "lang=ms; HttpOnly; Path=/; SameSite=Lax"
    assert _lang(visitor.get("/here", headers={"Accept-Language": "zh"}).text) == "ms"


def test_a_language_we_do_not_offer_changes_nothing(visitor: FlaskClient) -> None:
    answer = visitor.get("/here?lang=xx'%3E%0d%0aSet-Cookie:a=b", headers={"Accept-Language": "ms"})
    assert _lang(answer.text) == "ms"
    assert "Set-Cookie" not in answer.headers


def test_a_form_can_change_the_language_with_what_was_typed_in_it(visitor: FlaskClient) -> None:
    assert _lang(visitor.post("/here", data={"lang": "ms", "words": "typed"}).text) == "ms"


def test_a_providers_form_is_left_unread_for_its_signature(visitor: FlaskClient) -> None:
    form = {"Body": "hello", "lang": "ms"}
    assert visitor.post("/sms/twilio", data=form).data == b"Body=hello&lang=ms"


def test_staff_keep_the_language_they_set_for_themselves(site: Flask) -> None:
    language.listen_to_staff(site, lambda: "zh-Hans")
    signed_in = site.test_client()
    signed_in.set_cookie("lang", "ms")
    assert _lang(signed_in.get("/here").text) == "zh-Hans"
    assert _lang(signed_in.get("/here?lang=en").text) == "en"


def test_the_chooser_keeps_the_page_and_its_question(visitor: FlaskClient) -> None:
    page = visitor.get("/here?step=2&step=3&lang=en").text
    assert 'href="/here?step=2&amp;step=3&amp;lang=ms" lang="ms"' in page


def test_the_chooser_can_send_the_form_instead(site: Flask) -> None:
    with site.test_request_context("/here"):
        site.preprocess_request()
        page = render_template_string("{% set keep_form = 'ask' %}" + CONTENT)
    assert '<button form="ask" name="lang" value="ms" formnovalidate' in page


def test_a_fact_in_a_sentence_cannot_become_markup(site: Flask) -> None:
    with site.test_request_context("/here"):
        site.preprocess_request()
        said = render_template_string("{{ _('Language: %(name)s', name='<b>&') }}")
    assert said == "Language: &lt;b&gt;&amp;"


def test_the_crisis_panel_comes_first_and_the_way_out_is_there(visitor: FlaskClient) -> None:
    page = visitor.get("/here").text
    main = page[page.index("<main") :]
    assert re.match(r'<main[^>]*>\s*<div class="stack">\s*<section class="note crisis"', main)
    assert re.search(r'<a class="btn exit" href="/exit" rel="noreferrer" data-leave>', page)


def test_a_public_page_with_everything_is_far_under_its_limit(visitor: FlaskClient) -> None:
    weight = first_load(visitor, "/here")
    assert weight < 7000  # leaves half of 14,336 to the page's own content


def test_style_and_script_may_be_kept_as_long_as_they_are_the_same(visitor: FlaskClient) -> None:
    for address in linked(visitor.get("/here").text):
        answer = visitor.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"


def test_a_page_from_before_an_update_gets_todays_style(visitor: FlaskClient) -> None:
    answer = visitor.get("/assets/000000000000/style.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["none.css", "..%2fconfig.py", "%2fetc%2fpasswd", "htmx", ".css"])
def test_nothing_but_our_own_files_is_served(visitor: FlaskClient, name: str) -> None:
    assert visitor.get(f"/assets/000000000000/{name}").status_code == 404


def test_the_components_are_for_developers_only(site: Flask) -> None:
    assert site.test_client().get("/dev/components").status_code == 404
    site.debug = True
    assert site.test_client().get("/dev/components").status_code == 200


@pytest.mark.parametrize("frame", ["public", "staff"])
def test_no_two_things_on_the_components_page_share_a_name(site: Flask, frame: str) -> None:
    site.debug = True
    page = site.test_client().get(f"/dev/components?frame={frame}").text
    names = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(names) == sorted(set(names))
    drawn = set(re.findall(r'href="#(i-[a-z]+)"', page))
    assert drawn == set(re.findall(r'<symbol id="([^"]+)"', page))


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("templates/**/*.html")), ids=lambda path: path.name
)
def test_a_template_has_no_style_and_no_script_of_its_own(path: Path) -> None:
    if "mail" in path.parts:
        return  # a mail has nowhere else to keep its style
    source = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", source)
