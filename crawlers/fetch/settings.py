"""Scrapy's settings for this office. Its defaults do not verify certificates, open a telnet port, read 1 GB and ignore
robots.txt (reliability.md §0.2, §5.2); every line here closes one of those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawlers.fetch.addresses import AllowedHosts

MAX_BYTES = 10 * 1024 * 1024
TIMEOUT_SECONDS = 30.0
MAX_REDIRECTS = 5
DELAY_SECONDS = 1.0
#: Over all sources of a round: two sources of one host never bother it at once.
REQUESTS_PER_HOST = 1
#: The demo's and the tests' own servers: no politeness needed, and one slow case must not hold the others.
REQUESTS_PER_ALLOWED_HOST = 16
ROBOTS_NAME = "LamRo"


def user_agent(environ: Mapping[str, str]) -> str:
    """Who is asking, and where to complain: ``LAMRO_CONTACT`` is the office's e-mail or page."""
    contact = re.sub(r"[^\x20-\x7e]", "", environ.get("LAMRO_CONTACT", "")).strip()[:120]
    return f"{ROBOTS_NAME}/0.1 (press monitoring of a local authority in Viet Nam; {contact or 'contact: not set'})"


def crawl_settings(
    allowed: AllowedHosts,
    environ: Mapping[str, str],
    seconds: float = TIMEOUT_SECONDS,
    pace: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """The settings of one round. ``allowed`` are the exceptions of demo and test, empty in production; ``seconds`` is the most
    one answer may take, from request to last byte; ``pace`` names hosts that ask for more seconds between two requests.
    """
    return {
        "BOT_NAME": "lamro",
        "USER_AGENT": user_agent(environ),
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": ROBOTS_NAME,
        "DOWNLOAD_HANDLERS": {"file": None, "data": None, "ftp": None, "s3": None},
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.fetch.middleware.UrlGate": 10,
            "crawlers.fetch.robots.PoliteRobots": 100,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
            "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
        },
        "EXTENSIONS": {
            "scrapy.extensions.telnet.TelnetConsole": None,
            "scrapy.extensions.remote_control.RemoteControl": None,
            "scrapy.extensions.memusage.MemoryUsage": None,
            "scrapy.extensions.feedexport.FeedExporter": None,
            "scrapy.extensions.logstats.LogStats": None,
            "scrapy.extensions.spiderstate.SpiderState": None,
        },
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "HTTPCACHE_ENABLED": False,
        "REFERER_ENABLED": True,
        "REFERRER_POLICY": "no-referrer",
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": MAX_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": seconds,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        # The one retry is ours (crawlers.fetch.client): Scrapy's ignores Retry-After and tries time-outs again.
        "RETRY_ENABLED": False,
        "REDIRECT_ENABLED": True,
        "REDIRECT_MAX_TIMES": MAX_REDIRECTS,
        "CONCURRENT_REQUESTS": 64,
        "CONCURRENT_REQUESTS_PER_DOMAIN": REQUESTS_PER_HOST,
        "DOWNLOAD_DELAY": DELAY_SECONDS,
        "DOWNLOAD_SLOTS": {
            host: {"concurrency": 1, "delay": delay, "jitter": 0} for host, delay in (pace or {}).items()
        }
        | {
            f"{host}:{port}": {"concurrency": REQUESTS_PER_ALLOWED_HOST, "delay": 0, "jitter": 0}
            for host, port in allowed.pairs
        },
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "application/rss+xml,application/atom+xml,application/xml;q=0.9,text/html;q=0.9,*/*;q=0.5",
            "Accept-Language": "vi,en;q=0.7",
        },
        "TWISTED_DNS_RESOLVER": "crawlers.fetch.resolver.GatedResolver",
        "DNS_TIMEOUT": 15,
        "REACTOR_THREADPOOL_MAXSIZE": 20,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
        "LAMRO_ALLOWED": allowed,
    }
