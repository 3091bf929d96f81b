"""What is wrong with a deployment's settings, keys or database, as messages instead of tracebacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def wrong_usage() -> Iterator[None]:
    """Turn what a deployment lacks into a WrongUsageError (exit 2). `mingbai doctor` says the same and more."""
    from sqlalchemy.exc import SQLAlchemyError

    from service.running.serve import CannotServe
    from service.sealing import SealError
    from service.settings import SettingsError
    from service.store.database import DatabaseError
    from service.store.migrate import MigrationError
    from service.work.errors import WrongUsageError

    try:
        yield
    except CannotServe as error:
        raise WrongUsageError(str(error), error.chinese) from error
    except SettingsError as error:
        raise WrongUsageError("\n         ".join(error.problems), "配置有误，详见 mingbai doctor") from error
    except SealError as error:
        raise WrongUsageError(str(error), "密钥不可用：mingbai key make 可生成新密钥") from error
    except (DatabaseError, MigrationError) as error:
        raise WrongUsageError(str(error), "数据库不可用，详见 mingbai doctor") from error
    except SQLAlchemyError as error:
        raise WrongUsageError(
            f"the database does not answer ({type(error).__name__}); `mingbai doctor` says more",
            "数据库无法访问，详见 mingbai doctor",
        ) from error
