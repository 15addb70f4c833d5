"""`gunicorn wsgi:app`: the web door of the house."""

from helpline.app import create_app

app = create_app()
