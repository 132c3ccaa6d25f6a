"""A report as PDF, made from its HTML. The only module that knows WeasyPrint."""

from __future__ import annotations

from typing import Any, NoReturn

from triage.support.errors import TriageError
from triage.support.exit_codes import ExitCode

INSTEAD = "--format html can be printed just as well"


def pdf(page: str) -> bytes:
    """The page as PDF. Raises TriageError when WeasyPrint is not here."""
    try:
        import weasyprint
    except ImportError:
        raise TriageError(f'a PDF needs WeasyPrint: pip install "soleus-triage[pdf]". {INSTEAD}',
                          ExitCode.UNAVAILABLE) from None
    except OSError as error:  # it is here, and the libraries that it draws with are not
        first = str(error).splitlines()[0]
        raise TriageError(f"a PDF needs a library that WeasyPrint lacks ({first}). {INSTEAD}",
                          ExitCode.UNAVAILABLE) from None
    made: bytes = weasyprint.HTML(string=page, url_fetcher=_nothing).write_pdf()
    return made


def _nothing(url: str, *args: Any, **options: Any) -> NoReturn:
    raise ValueError("a report loads nothing")
