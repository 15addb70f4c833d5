"""A network of the adapters' own."""

from collections.abc import Iterator

import pytest

from tests.adapters.network import FakeNetwork, fake_network


@pytest.fixture
def network() -> Iterator[FakeNetwork]:
    with fake_network() as fake:
        yield fake
