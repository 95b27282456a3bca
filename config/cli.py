"""The command ``lamro``: every command of design §4 that exists. Bodies live in ``config.commands``, loaded only when used.

Exit code 0 on success, 1 on failure, 2 on wrong use. A failure says what happened and what to do, in Vietnamese and English.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from core.rules.vocabulary import Role

app = typer.Typer(
    name="lamro",
    help="Làm Rõ: theo dõi báo chí về địa phương, kết luận có căn cứ, trả lời đúng thể thức. (Press monitoring and clarification.)",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
sources_app = typer.Typer(help="Nguồn tin: danh sách, thêm, nhập tệp. (Sources.)", rich_markup_mode=None)
users_app = typer.Typer(
    help="Tài khoản: danh sách, thêm, đặt lại mật khẩu. (Accounts.)", rich_markup_mode=None
)
capture_app = typer.Typer(
    help="Bản chụp trang: danh sách, xem lại, kiểm tra dấu vân tay. (Captures.)",
    no_args_is_help=True,
    rich_markup_mode=None,
)
gazetteer_app = typer.Typer(
    help="Danh mục địa bàn: nhập giá trị đi kèm, xem một đơn vị theo ngày. (Gazetteer.)",
    no_args_is_help=True,
    rich_markup_mode=None,
)
need_app = typer.Typer(
    help="Mức cần xử lý: xem trọng số, tính lại từ quyết định đã có. (Need score.)",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(sources_app, name="sources")
app.add_typer(capture_app, name="capture")
app.add_typer(gazetteer_app, name="gazetteer")
app.add_typer(need_app, name="need")
app.add_typer(users_app, name="users")

Json = Annotated[bool, typer.Option("--json", help="In ra JSON cho công cụ khác. (Print JSON.)")]
Locality = Annotated[
    list[str] | None,
    typer.Option("--locality", help="Mã đơn vị hành chính, ví dụ 11131. (Official unit code.)"),
]


@app.command()
def init(
    locality: Annotated[
        str, typer.Option(help="Mã đơn vị hành chính, ví dụ 11131. (Official unit code.)")
    ] = "",
    admin: Annotated[
        str, typer.Option(help="Tên đăng nhập của quản trị đầu tiên. (First administrator.)")
    ] = "quantri",
    watch: Annotated[
        list[str] | None, typer.Option(help="Địa bàn theo dõi thêm. (Further localities to watch.)")
    ] = None,
    sources: Annotated[
        bool,
        typer.Option(
            "--sources/--no-sources",
            help="Bật báo trung ương và báo của tỉnh từ danh mục. (Begin with press out of the catalogue.)",
        ),
    ] = True,
) -> None:
    """Tạo thư mục làm việc, cơ sở dữ liệu, khóa và quản trị đầu tiên. (Make the home.)"""
    from config.commands.setup import run_init

    run_init(locality, admin, watch or [], sources=sources)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ lắng nghe. (Address.)")] = None,
    port: Annotated[
        int | None, typer.Option(help="Cổng; 0: tự chọn. (Port; 0 picks one.)", min=0, max=65535)
    ] = None,
    scheduler: Annotated[
        bool, typer.Option("--scheduler/--no-scheduler", help="Chạy kèm bộ lịch. (With the scheduler.)")
    ] = True,
) -> None:
    """Chạy ứng dụng và bộ lịch, cùng được trông chừng. (Review app and scheduler.)"""
    from config.commands.running import run_serve

    raise typer.Exit(run_serve(host, port, scheduler=scheduler))


@app.command()
def schedule() -> None:
    """Chạy riêng bộ lịch: đọc nguồn, lập chỉ mục, gửi văn bản đã duyệt. (The scheduler alone.)"""
    from config.commands.running import run_schedule

    run_schedule()


@app.command()
def worker() -> None:
    """Đọc nguồn đến hạn, chạy thêm trên máy khác dùng chung cơ sở dữ liệu. (One more reader of sources.)"""
    from config.commands.running import run_worker

    run_worker()


@app.command("crawl")
def crawl_command(
    source: Annotated[
        list[str] | None, typer.Option(help="Mã nguồn; bỏ trống: mọi nguồn đang bật. (Source id; none: all.)")
    ] = None,
    url: Annotated[str, typer.Option(help="Đọc thử một địa chỉ. (Read one address.)")] = "",
    kind: Annotated[
        str, typer.Option(help="Loại của --url: feed, sitemap, listing, page… (Kind of --url.)")
    ] = "page",
    as_json: Json = False,
) -> None:
    """Đọc nguồn ngay. (Read sources now.)"""
    from config.commands.reading import run_crawl

    raise typer.Exit(run_crawl(source or [], url, kind, as_json=as_json))


@sources_app.callback(invoke_without_command=True)
def sources_list(ctx: typer.Context, as_json: Json = False) -> None:
    """Danh sách nguồn, trạng thái, lần đọc cuối, lỗi cán bộ nhìn thấy. (List with state and error.)"""
    if ctx.invoked_subcommand is None:
        from config.commands.sources import run_sources

        run_sources(as_json=as_json)


@sources_app.command("add")
def sources_add(
    url: Annotated[str, typer.Option(help="Địa chỉ. (Address.)")],
    kind: Annotated[
        str,
        typer.Option(
            help="Loại: feed, sitemap, listing, page, google-news…; đủ danh sách: lamro sources kinds. (Kind.)"
        ),
    ],
    id: Annotated[str, typer.Option(help="Mã ngắn; bỏ trống: lấy từ địa chỉ. (Short id.)")] = "",
    name: Annotated[str, typer.Option(help="Tên hiển thị. (Name.)")] = "",
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="Thiết đặt của loại, dạng tên=giá trị, có thể lặp lại; xem tên: lamro sources kinds. (A setting of the kind.)",
        ),
    ] = None,
) -> None:
    """Thêm một nguồn. (Add a source.)"""
    from config.commands.sources import run_sources_add

    run_sources_add(url, kind, id, name, set_ or [])


@sources_app.command("kinds")
def sources_kinds(as_json: Json = False) -> None:
    """Các loại nguồn, địa chỉ và thiết đặt của từng loại. (Kinds of source and their settings.)"""
    from config.commands.source_settings import run_kinds

    run_kinds(as_json=as_json)


@sources_app.command("import")
def sources_import(
    file: Annotated[Path, typer.Argument(help="OPML hoặc YAML.", exists=True, dir_okay=False)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ xem trước, không thêm gì. (Preview only.)")
    ] = False,
) -> None:
    """Nhập nguồn từ tệp OPML hoặc YAML. (Import sources.)"""
    from config.commands.sources import run_sources_import

    raise typer.Exit(run_sources_import(file, dry_run=dry_run))


@sources_app.command("token")
def sources_token(
    source: Annotated[
        str,
        typer.Argument(help="Mã nguồn; kind.facebook, kind.youtube cho mọi nguồn cùng loại. (Source id.)"),
    ],
    forget: Annotated[bool, typer.Option("--forget", help="Bỏ mã đã lưu. (Take it away.)")] = False,
) -> None:
    """Lưu mã truy cập của cơ quan (Facebook, YouTube) cho một nguồn; mã được hỏi, không gõ trên dòng lệnh. (Keep a token.)"""
    from config.commands.tokens import run_token

    raise typer.Exit(run_token(source, forget=forget))


@sources_app.command("export")
def sources_export(
    file: Annotated[str, typer.Argument(help="Tệp OPML để ghi, hoặc - để in ra. (File to write, or -.)")],
) -> None:
    """Xuất mọi nguồn ra tệp OPML. (Export the sources as OPML.)"""
    from config.commands.sources import run_sources_export

    raise typer.Exit(run_sources_export(file))


@app.command()
def items(
    source: Annotated[str, typer.Option(help="Chỉ một nguồn. (One source.)")] = "",
    since: Annotated[str, typer.Option(help="Từ lúc nào, ISO 8601. (Since when.)")] = "",
    limit: Annotated[int, typer.Option(help="Nhiều nhất bao nhiêu tin. (At most.)", min=1)] = 100_000,
    as_json: Json = False,
) -> None:
    """Tin đã lưu. (What is stored.)"""
    from config.commands.reading import run_items

    run_items(source, since, limit, as_json=as_json)


@capture_app.command("list")
def capture_list(
    item: Annotated[int, typer.Option(help="Chỉ bản chụp của tin số này. (Of one item.)", min=0)] = 0,
    limit: Annotated[int, typer.Option(help="Nhiều nhất bao nhiêu dòng. (At most.)", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """Bản chụp đã lưu, mới nhất trước. (Captures, newest first.)"""
    from config.commands.captures import run_capture_list

    run_capture_list(item, limit, as_json=as_json)


@capture_app.command("show")
def capture_show(
    capture: Annotated[int, typer.Argument(help="Số của bản chụp. (Its number.)", min=1)],
    headers: Annotated[bool, typer.Option("--headers", help="Phần đầu hỏi và đáp. (Headers.)")] = False,
    body: Annotated[bool, typer.Option("--body", help="Nội dung như khi lấy về. (The body.)")] = False,
    text: Annotated[bool, typer.Option("--text", help="Chỉ lấy chữ. (Its words.)")] = False,
    as_json: Json = False,
) -> None:
    """Xem lại một bản chụp; dấu vân tay được kiểm tra trước. (Play one back; its hash is checked first.)"""
    from config.commands.captures import run_capture_show

    raise typer.Exit(run_capture_show(capture, headers=headers, body=body, text=text, as_json=as_json))


@gazetteer_app.command("import")
def gazetteer_import(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Bảng đơn vị .tsv, .tsv.gz hoặc tên gọi .yaml; bỏ trống: giá trị đi kèm chương trình. (None: the shipped values.)",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Nhập đơn vị, liên kết cũ → mới và tên gọi; điều cơ quan đã sửa được giữ. (Import; corrections of the office stay.)"""
    from config.commands.gazetteer import run_gazetteer_import

    run_gazetteer_import(file, as_json=as_json)


@gazetteer_app.command("show")
def gazetteer_show(
    code: Annotated[str, typer.Argument(help="Mã đơn vị, ví dụ 11131, hoặc 11131@2025. (Unit code.)")],
    on: Annotated[
        str, typer.Option(help="Ngày nào, dạng 2025-06-30; bỏ trống: hôm nay. (On which day.)")
    ] = "",
    as_json: Json = False,
) -> None:
    """Một đơn vị: tên, cấp trên, trước đó, sau đó, tên gọi khác. (A unit on a day.)"""
    from config.commands.gazetteer import run_gazetteer_show

    run_gazetteer_show(code, on, as_json=as_json)


@need_app.command("show")
def need_show(
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="In ra tệp để cơ quan sửa. (Print a file to begin with.)")
    ] = False,
    as_json: Json = False,
) -> None:
    """Xem trọng số đang dùng để xếp thứ tự. (Show the weights in force.)"""
    from config.commands.need import run_need_show

    run_need_show(as_json=as_json, as_yaml=as_yaml)


@need_app.command("refit")
def need_refit(as_json: Json = False) -> None:
    """Tính lại trọng số từ quyết định đã có và đề xuất khi tốt hơn; không tự áp dụng. (Refit, propose when better.)"""
    from config.commands.need import run_need_refit

    run_need_refit(as_json=as_json)


@app.command("import")
def import_command(
    file: Annotated[
        Path, typer.Argument(help="JSONL: url, title, text, published_at, language?, source?", exists=True)
    ],
) -> None:
    """Nhập tin từ nơi khác; nhập lại không sinh bản trùng. (Import items; idempotent.)"""
    from config.commands.reading import run_import

    raise typer.Exit(run_import(file))


@app.command()
def match(
    file: Annotated[Path, typer.Argument(help='JSONL: {"id","text"}', exists=True)], locality: Locality = None
) -> None:
    """Tìm địa bàn trong văn bản, kèm lý do. (Place match with reasons.)"""
    from config.commands.text import run_match

    raise typer.Exit(run_match(file, locality or []))


@app.command()
def cluster(
    file: Annotated[
        Path, typer.Argument(help='JSONL: {"id","title","text","published_at"}', exists=True, dir_okay=False)
    ],
) -> None:
    """Tìm bản sao và nhóm tin cùng một chuyện. (Copies and stories of a file.)"""
    from config.commands.text import run_cluster

    raise typer.Exit(run_cluster(file))


@app.command()
def extract(
    file: Annotated[Path, typer.Argument(help="Tệp HTML.", exists=True)],
    url: Annotated[str, typer.Option(help="Địa chỉ gốc của trang. (The page's address.)")],
) -> None:
    """Rút bài viết từ một trang đã lưu. (Article of a saved page.)"""
    from config.commands.text import run_extract

    raise typer.Exit(run_extract(file, url))


@app.command()
def feed(files: Annotated[list[Path], typer.Argument(help="Tệp RSS, Atom.")]) -> None:
    """Xem một tệp feed sẽ được đọc ra sao. (What ingest would see.)"""
    from config.commands.text import run_feed

    raise typer.Exit(run_feed(files))


@app.command()
def search(
    query: Annotated[str, typer.Argument(help='Từ, "cụm từ", AND, OR, NOT, -từ.')],
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    sort: Annotated[str, typer.Option(help="date hoặc score.")] = "date",
    backend: Annotated[str, typer.Option(help="fts5 hoặc elasticsearch; bỏ trống: theo cấu hình.")] = "",
    as_json: Json = False,
) -> None:
    """Tìm như trong ứng dụng. (The review app's search.)"""
    from config.commands.finding import run_search

    run_search(query, limit, sort, backend, as_json=as_json)


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Nơi cất bản sao lưu, ví dụ một ổ USB. (Where to keep it.)")],
    as_json: Json = False,
) -> None:
    """Sao lưu dữ liệu, ảnh chụp và khóa vào một thư mục mới, cả khi đang chạy. (Save the home.)"""
    from config.commands.backing_up import run_backup

    run_backup(folder, as_json=as_json)


@app.command()
def restore(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Bản sao lưu, hoặc nơi cất các bản: lấy bản mới nhất. (A backup, or their folder.)"
        ),
    ],
    as_json: Json = False,
) -> None:
    """Khôi phục từ bản sao lưu vào LAMRO_HOME trống; không ghi đè. (Bring a backup back.)"""
    from config.commands.backing_up import run_restore

    run_restore(folder, as_json=as_json)


@app.command("migrate-to")
def migrate_to(
    url: Annotated[
        str,
        typer.Argument(
            help="postgresql+psycopg://NGƯỜI:MẬT_KHẨU@MÁY:5432/TÊN; cơ sở dữ liệu trống. (Empty.)"
        ),
    ],
    as_json: Json = False,
) -> None:
    """Chuyển dữ liệu từ SQLite sang PostgreSQL, so lại từng dòng. (Move to PostgreSQL.)"""
    from config.commands.moving import run_migrate_to

    run_migrate_to(url, as_json=as_json)


@app.command()
def reindex(
    backend: Annotated[str, typer.Option(help="fts5 hoặc elasticsearch; bỏ trống: theo cấu hình.")] = "",
    anew: Annotated[
        bool, typer.Option("--anew", help="Bỏ phần làm dở, làm từ đầu. (Throw a half-made one away.)")
    ] = False,
    as_json: Json = False,
) -> None:
    """Lập lại chỉ mục tìm kiếm từ kho; mọi người vẫn tìm và ghi bình thường. (Make the search index anew.)"""
    from config.commands.indexing import run_reindex

    raise typer.Exit(run_reindex(backend, anew=anew, as_json=as_json))


@app.command()
def verify(
    mend: Annotated[
        bool, typer.Option("--mend", help="Sửa chỉ mục cho khớp với kho. (Mend the index.)")
    ] = False,
    only: Annotated[
        str, typer.Option(help="Chỉ index (chỉ mục) hoặc evidence (bằng chứng, nhật ký). (One part.)")
    ] = "",
    as_json: Json = False,
) -> None:
    """Đối chiếu bằng chứng, nhật ký và chỉ mục với kho. (Check evidence, audit chain and index against the store.)"""
    from config.commands.verifying import run_verify

    raise typer.Exit(run_verify(only, mend=mend, as_json=as_json))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Nói rõ cái gì đang hỏng và phải làm gì. (Say what is wrong.)"""
    from config.commands.finding import run_doctor

    raise typer.Exit(run_doctor(as_json=as_json))


@app.command()
def digest(
    week: Annotated[
        str, typer.Option(help="Tuần ISO, ví dụ 2026-W47; bỏ trống: tuần trước. (ISO week.)")
    ] = "",
    format: Annotated[str, typer.Option(help="html hoặc docx.")] = "html",
    out: Annotated[
        Path | None,
        typer.Option(
            help="Ghi vào tệp này; bỏ trống: html in ra, docx vào LAMRO_HOME/outgoing. (Write to this file.)"
        ),
    ] = None,
    locality: Annotated[str, typer.Option(help="Cơ quan nào, theo mã đơn vị. (Which office.)")] = "",
) -> None:
    """Bản tin tuần. (The weekly digest.)"""
    from config.commands.finding import run_digest

    run_digest(week, format, out, locality)


@users_app.callback(invoke_without_command=True)
def users_list(ctx: typer.Context, as_json: Json = False) -> None:
    """Danh sách tài khoản và vai trò. (Accounts and roles.)"""
    if ctx.invoked_subcommand is None:
        from config.commands.people import run_users

        run_users(as_json=as_json)


@users_app.command("add")
def users_add(
    username: Annotated[str, typer.Argument(help="Tên đăng nhập.")],
    role: Annotated[
        list[str],
        typer.Option(help=f"Vai trò, có thể lặp lại. (Role, may repeat.) Một trong: {', '.join(Role)}."),
    ],
    name: Annotated[str, typer.Option(help="Họ tên. (Full name.)")] = "",
    position: Annotated[str, typer.Option(help="Chức vụ. (Position.)")] = "",
    unit: Annotated[
        str,
        typer.Option(
            "--unit",
            "--locality",
            help="Cơ quan, theo mã đơn vị; bỏ trống: cơ quan mà lamro init đã tạo. (Office; none: the one that init made.)",
        ),
    ] = "",
    all_offices: Annotated[
        bool,
        typer.Option(
            "--all-offices",
            help="Với vai trò quản trị: quản trị mọi cơ quan của máy này. (Administrator of every office here.)",
        ),
    ] = False,
) -> None:
    """Thêm tài khoản; mật khẩu dùng một lần in ra một lần. (Add an account.)"""
    from config.commands.people import run_users_add

    run_users_add(username, role, name, position, unit, all_offices=all_offices)


@users_app.command("reset")
def users_reset(username: Annotated[str, typer.Argument(help="Tên đăng nhập.")]) -> None:
    """Đặt lại mật khẩu. (Reset a password.)"""
    from config.commands.people import run_users_reset

    run_users_reset(username)


@app.command()
def demo(
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Chạy hết đường đi không cần người. (Run the whole way without a person.)"
        ),
    ] = False,
    home: Annotated[
        Path | None, typer.Option(help="Thư mục làm việc của bản thử. (Home of the demo.)")
    ] = None,
    break_step: Annotated[
        str, typer.Option("--break", help="Làm hỏng một bước để thấy bước ấy báo lỗi. (Break one step.)")
    ] = "",
    port: Annotated[int, typer.Option(help="Cổng; 0: tự chọn.", min=0, max=65535)] = 0,
) -> None:
    """Bản chạy thử: báo mẫu trên máy này, bốn tài khoản. (Demo with a sample press.)"""
    from config.commands.running import run_demo

    raise typer.Exit(run_demo(check=check, home=home, break_step=break_step, port=port))


def main(arguments: list[str] | None = None) -> None:
    """Entry point of ``lamro``."""
    from config.commands.usage import run
    from core.errors import LamroError, WrongUse

    try:
        raise SystemExit(run(app, arguments, "lamro"))
    except LamroError as error:
        print(f"Lỗi: {error.vi}\n       ({error.en})", file=sys.stderr)
        fields: dict[str, Any] = getattr(error, "fields", {})
        for name, sentence in fields.items():
            print(f"  - {name}: {sentence}", file=sys.stderr)
        raise SystemExit(2 if isinstance(error, WrongUse) else 1) from None
    except BrokenPipeError:
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
