"""`mingbai serve`: the scoring API and what works behind it, until it is told to stop."""

from __future__ import annotations


def serve() -> None:
    """Serve: the scoring API, the scorer, workers. Settings come from MINGBAI_ variables. 启动服务。

    SIGTERM or Ctrl-C ends it: requests under way are answered, work is given back, within 20 seconds. Everything is in
    the database, so that a crash at any moment loses nothing that was answered.

    \b
    Examples:
      mingbai key make mingbai.key
      MINGBAI_KEY_FILE=mingbai.key mingbai serve
      mingbai doctor
    """
    import os

    from service.running.first_process import hear_the_end

    hear_the_end(os.getpid())

    from service.cli._console import say
    from service.cli._deployment import wrong_usage
    from service.running.logs import configure
    from service.running.prepare import prepare
    from service.running.serve import Supervisor
    from service.settings import Settings

    with wrong_usage():
        settings = Settings.read()
        configure(settings)
        prepare(settings).database.close()
        Supervisor(settings, lambda where: say(f"mingbai: {where}  (Ctrl-C ends it)  按 Ctrl-C 停止")).run()
