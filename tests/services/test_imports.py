"""Importing files: an answer key of 20,000 rows, the rules about No, and files that cannot be read."""

import asyncio
import csv
import threading
import zipfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import select

from desktop.domain.activity import Deed
from desktop.domain.bulk import BulkStatus
from desktop.domain.consent import OptIn, Source
from desktop.domain.importcolumns import Becomes, NotATable, recognise
from desktop.domain.importing import Counts, ImportRow, Options
from desktop.domain.people import Role, User
from desktop.domain.problems import NotAllowed, Overtaken, Problem
from desktop.services import importfiles
from desktop.services.bulk import BulkChanges
from desktop.services.imports import Imports
from desktop.services.importwriting import Progress, Stage
from desktop.store import activity, bulk, consent, contacts, imports, people, tables
from desktop.store.engine import Store, Tx
from desktop.store.opening import open_store
from desktop.system.clock import SystemClock
from tests.services import import_key
from tests.services.import_store import differences, dump, put

CANADA = Options("CA")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(str(tmp_path / "store.db"), SystemClock(), "test").store
    yield opened
    opened.close()


@pytest.fixture
async def user(store: Store) -> User:
    ids = await store.write(lambda tx: people.add(tx, [("Meera Rao", Role.SUPERVISOR)]))
    return User(ids[0], "Meera Rao", Role.SUPERVISOR)


def table(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def add(store: Store, phone: str, opt_in: OptIn = OptIn.NONE, *, stopped: bool = False) -> int:
    def write(tx: Tx) -> int:
        made = contacts.create(tx, "Priya Sharma", phone)
        if opt_in is not OptIn.NONE:
            consent.record(tx, made, opt_in, Source.KEYWORD)
        if stopped:
            consent.record(tx, made, True, Source.WHATSAPP)
        return made

    return await store.write(write)


async def opt_in_of(store: Store, phone: str) -> OptIn:
    def read(tx: Tx) -> OptIn:
        (found,) = contacts.find(tx, phone=phone)
        return contacts.get(tx, found).opt_in

    return await store.read(read)


async def said_of(store: Store, contact_id: int) -> list[tuple[str, str, str, str]]:
    history = await store.read(lambda tx: consent.history(tx, contact_id))
    return [(one.value, one.source.value, one.evidence, one.user_name) for one in history]


class TestAnswerKey:
    """Rows, the same as CSV and as XLSX, against a key that was built without the program."""

    @pytest.mark.parametrize(
        ("form", "count"),
        [
            ("csv", 2_000),
            pytest.param("csv", 20_000, marks=pytest.mark.slow),
            pytest.param("xlsx", 20_000, marks=pytest.mark.slow),
        ],
    )
    async def test_import_equals_the_key(
        self, store: Store, user: User, tmp_path: Path, form: str, count: int
    ) -> None:
        path = tmp_path / f"november_leads.{form}"
        option = {"csv": OptIn.NONE, "xlsx": OptIn.YES}[form]
        key = import_key.make(2024, count, option.value, path.name)
        {"csv": import_key.write_csv, "xlsx": import_key.write_xlsx}[form](path, key.rows)
        await put(store, key.before)
        verbs, options = Imports(store), Options("CA", opt_in_for_new=option)

        async with verbs.read(path, options) as file:
            checked = await verbs.check(file)
            result = await verbs.write(file, options, user)
            rejected = [row.number for row in file.rejected()]

        assert differences(key.after, await store.read(lambda tx: dump(tx, user.id))) == []
        assert {name: count for name, count in asdict(result.counts).items() if count} == {
            "rows": count,
            **{name: count for name, count in key.counts.items() if count},
        }
        assert rejected == key.rejected
        assert [row.number for row in result.rejected_rows] == key.rejected[:1_000]
        assert all(row.sentence for row in result.rejected_rows)
        for name in ("new", "known", "twice", "rejected", "blank", "opt_outs_in_file", "kept_no"):
            assert getattr(checked, name) == key.counts[name] > 0, name
        assert not result.stopped

    @pytest.mark.slow
    async def test_a_second_import_changes_nothing(self, store: Store, user: User, tmp_path: Path) -> None:
        path = tmp_path / "leads.csv"
        key = import_key.make(7, 1_000, "none", path.name)
        import_key.write_csv(path, key.rows)
        await put(store, key.before)
        await Imports(store).run(path, CANADA, user)
        first = await store.read(lambda tx: dump(tx, user.id))

        again = await Imports(store).run(path, CANADA, user)

        second = await store.read(lambda tx: dump(tx, user.id))
        said_again = 0
        for phone, one in second.items():
            # Each No is heard again, and kept: nothing that is older can be undone into its place.
            said_again += len(one.consent) - len(first[phone].consent)
            assert set(one.consent[len(first[phone].consent) :]) <= {("no", "import", path.name, False)}
            one.consent[:] = first[phone].consent
        assert second == first
        assert said_again == again.counts.already_no > 0
        assert (again.counts.new, again.counts.updated, again.counts.opt_outs_applied) == (0, 0, 0)


class TestNo:
    """A file never turns No into Yes, and its own No is heard."""

    @pytest.mark.parametrize(
        ("known", "cell", "after", "counted"),
        [
            (OptIn.NO, "TRUE", OptIn.NO, {"kept_no": 1}),
            (OptIn.NO, "", OptIn.NO, {}),
            (OptIn.NO, "FALSE", OptIn.NO, {"already_no": 1}),
            (OptIn.NONE, "TRUE", OptIn.YES, {"opt_ins_recorded": 1, "updated": 1}),
            (OptIn.NONE, "", OptIn.NONE, {}),
            (OptIn.YES, "", OptIn.YES, {}),
            (OptIn.YES, "FALSE", OptIn.NO, {"opt_outs_in_file": 1, "opt_outs_applied": 1, "updated": 1}),
            (OptIn.NONE, "no", OptIn.NO, {"opt_outs_in_file": 1, "opt_outs_applied": 1, "updated": 1}),
        ],
    )
    @pytest.mark.sampled(3)
    async def test_known_contact(
        self,
        store: Store,
        user: User,
        tmp_path: Path,
        known: OptIn,
        cell: str,
        after: OptIn,
        counted: dict[str, int],
    ) -> None:
        contact_id = await add(store, "+16045550142", known)
        path = table(tmp_path / "list.csv", "phone,optin", f"604 555 0142,{cell}")

        result = await Imports(store).run(path, Options("CA", opt_in_for_new=OptIn.YES), user)

        assert result.counts == Counts(**{"rows": 1, "known": 1, **counted})
        assert await opt_in_of(store, "+16045550142") is after
        imported = [one for one in await said_of(store, contact_id) if one[1] == "import"]
        heard = after is not known or "already_no" in counted
        assert imported == ([(after.value, "import", "list.csv", "Meera Rao")] if heard else [])

    async def test_opt_outs_only_counted_when_not_wanted(
        self, store: Store, user: User, tmp_path: Path
    ) -> None:
        contact_id = await add(store, "+16045550142", OptIn.YES)
        path = table(tmp_path / "list.csv", "phone,optin", "+16045550142,no", "+14165550117,no")

        result = await Imports(store).run(path, Options(apply_opt_outs=False), user)

        assert (result.counts.opt_outs_in_file, result.counts.opt_outs_applied) == (1, 0)
        assert await opt_in_of(store, "+16045550142") is OptIn.YES
        assert [one[1] for one in await said_of(store, contact_id)] == ["keyword"]
        assert await opt_in_of(store, "+14165550117") is OptIn.NO

    async def test_an_undo_of_an_earlier_import_leaves_whom_a_later_one_knows(
        self, store: Store, user: User, tmp_path: Path
    ) -> None:
        """Both said No of Priya and named Bo: taking back the first must take neither away."""
        lines = ("phone,optin", "+16045550142,no", "+14165550117,")
        first = await Imports(store).run(table(tmp_path / "first.csv", *lines), CANADA, user)
        second = await Imports(store).run(table(tmp_path / "second.csv", *lines), CANADA, user)
        assert first.bulk_id is not None
        assert second.counts == Counts(rows=2, known=2, already_no=1)

        undone = await BulkChanges(store).undo(first.bulk_id, user)

        assert (undone.removed, undone.kept) == (0, 2)
        assert await opt_in_of(store, "+16045550142") is OptIn.NO
        assert await store.read(contacts.count) == 2

    async def test_an_undo_never_takes_back_a_no_that_was_said_again(
        self, store: Store, user: User, tmp_path: Path
    ) -> None:
        someone = await add(store, "+16045550142", OptIn.YES)
        lines = ("phone,optin", "+16045550142,no")
        first = await Imports(store).run(table(tmp_path / "first.csv", *lines), CANADA, user)
        second = await Imports(store).run(table(tmp_path / "second.csv", *lines), CANADA, user)
        verbs = BulkChanges(store)
        for result in (first, second):
            assert result.bulk_id is not None
            await verbs.undo(result.bulk_id, user)
            assert await opt_in_of(store, "+16045550142") is OptIn.NO
        said = [one[:3] for one in await said_of(store, someone)]
        assert said[1:] == [("no", "import", "first.csv"), ("no", "import", "second.csv")]

    async def test_a_no_again_that_is_not_wanted_is_not_recorded(
        self, store: Store, user: User, tmp_path: Path
    ) -> None:
        someone = await add(store, "+16045550142", OptIn.NO)
        path = table(tmp_path / "list.csv", "phone,optin", "+16045550142,no")
        result = await Imports(store).run(path, Options(apply_opt_outs=False), user)
        assert result.counts == Counts(rows=1, known=1, already_no=1)
        assert [one[1] for one in await said_of(store, someone)] == ["keyword"]

    async def test_stopped_in_whatsapp_takes_no_yes(self, store: Store, user: User, tmp_path: Path) -> None:
        await add(store, "+16045550142", stopped=True)
        path = table(tmp_path / "list.csv", "phone,optin", "+16045550142,yes")
        result = await Imports(store).run(path, CANADA, user)
        assert result.counts.kept_no == 1
        assert await opt_in_of(store, "+16045550142") is OptIn.NONE

    async def test_a_later_no_of_the_same_number_wins(self, store: Store, user: User, tmp_path: Path) -> None:
        path = table(
            tmp_path / "list.csv",
            "phone,name,optin",
            "+5511987654321,Ana,yes",
            *(f"+1604555{n:04},,yes" for n in range(100, 200)),
            "+551187654321,Other,no",
        )
        result = await Imports(store).run(path, CANADA, user)
        (found,) = await store.read(lambda tx: contacts.find(tx, phone="+551187654321"))
        someone = await store.read(lambda tx: contacts.get(tx, found))
        assert (someone.name, someone.opt_in) == ("Ana", OptIn.NO)
        assert [one[0] for one in await said_of(store, found)] == ["no"]
        assert (result.counts.new, result.counts.twice) == (101, 1)

    async def test_two_contacts_of_one_person(self, store: Store, user: User, tmp_path: Path) -> None:
        """Yes goes to neither while one of them is No; No goes to both."""
        first = await add(store, "+525512345678", OptIn.NO)
        second = await add(store, "+14165550117")

        def entangle(tx: Tx) -> None:
            tx.conn.execute(
                tables.identity.update()
                .where(tables.identity.c.value == "+5215512345678")
                .values(contact_id=second)
            )

        await store.write(entangle)
        yes = table(tmp_path / "yes.csv", "phone,optin", "+525512345678,yes")
        assert (await Imports(store).run(yes, CANADA, user)).counts.kept_no == 1
        assert await said_of(store, second) == []
        no = table(tmp_path / "no.csv", "phone,optin", "+5215512345678,no")
        assert (await Imports(store).run(no, CANADA, user)).counts.opt_outs_applied == 1
        assert [one[0] for one in await said_of(store, second)] == ["no"]
        assert [one[:2] for one in await said_of(store, first)] == [("no", "keyword"), ("no", "import")]

    async def test_the_option_is_told_apart_from_the_file(
        self, store: Store, user: User, tmp_path: Path
    ) -> None:
        path = table(
            tmp_path / "l.csv",
            "phone,optin",
            "+16045550142,",
            "+14165550117,yes",
            "+15145550163,no choice",
            "+12015550123,",
        )
        await Imports(store).run(path, Options("CA", opt_in_for_new=OptIn.YES), user)
        found = await store.read(lambda tx: tx.rows(select(tables.consent_event)))
        assert [(one.value, one.reason) for one in found] == [
            ("yes", imports.BY_OPTION),
            ("yes", ""),
            ("yes", imports.BY_OPTION),
        ]
        assert await opt_in_of(store, "+15145550163") is OptIn.NONE

    async def test_an_agent_may_not_import(self, store: Store, tmp_path: Path) -> None:
        path = table(tmp_path / "l.csv", "phone", "+16045550142")
        with pytest.raises(NotAllowed):
            await Imports(store).run(path, CANADA, User(1, "Tom Lee", Role.AGENT))
        assert await store.read(contacts.count) == 0


class TestStopping:
    async def test_stopped_in_the_middle_everything_is_taken_back(
        self, store: Store, user: User, tmp_path: Path
    ) -> None:
        known = await add(store, "+441314961000")
        rows = [f"+44131496{n:04},yes" for n in range(1000, 2000)]
        path = table(tmp_path / "l.csv", "phone,optin", *rows)
        stop, stages = threading.Event(), []

        def tell(progress: Progress) -> None:
            stages.append(progress.stage)
            if progress.stage is Stage.WRITING and progress.done_rows > 50:
                stop.set()

        result = await Imports(store).run(path, CANADA, user, tell, stop)

        assert result.stopped
        assert 50 < result.counts.new + result.counts.known < 1000
        assert stages[-1] is Stage.UNDOING
        assert await store.read(contacts.count) == 1
        assert (await store.read(lambda tx: contacts.get(tx, known))).opt_in is OptIn.NONE
        (journal,) = await store.read(bulk.newest)
        assert (journal.id, journal.status) == (result.bulk_id, BulkStatus.UNDONE)
        whole = await Imports(store).run(path, CANADA, user)
        assert (whole.counts.new, whole.counts.known) == (999, 1)
        assert await store.read(contacts.count) == 1000

    async def test_stopped_while_reading_writes_nothing(
        self, store: Store, user: User, tmp_path: Path
    ) -> None:
        path = table(tmp_path / "l.csv", "phone", *(f"+44131496{n:04}" for n in range(1000)))
        stop = threading.Event()
        stop.set()
        result = await Imports(store).run(path, CANADA, user, stop=stop)
        assert (result.stopped, result.counts.new, result.bulk_id) == (True, 0, None)
        assert await store.read(contacts.count) == 0

    async def test_cancelled_leaves_whole_steps(self, store: Store, user: User, tmp_path: Path) -> None:
        path = table(tmp_path / "l.csv", "phone,optin", *(f"+44131496{n:04},yes" for n in range(1000)))
        begun = asyncio.Event()

        def tell(progress: Progress) -> None:
            if progress.stage is Stage.WRITING:
                begun.set()

        task = asyncio.create_task(Imports(store).run(path, CANADA, user, tell))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        count = await store.read(contacts.count)
        events = await store.read(lambda tx: tx.rows(select(tables.consent_event)))
        assert 0 < count < 1000
        assert len(events) == count
        (journal,) = await store.read(bulk.newest)
        assert journal.status is BulkStatus.INTERRUPTED
        (line,) = await store.read(activity.newest)
        assert line.deed is Deed.IMPORTED
        assert line.details.startswith("interrupted after ")
        await BulkChanges(store).undo(journal.id, user)
        assert await store.read(contacts.count) == 0


class TestEndedByOthers:
    """What happens in the middle counts in the step that follows: nothing more is written."""

    @staticmethod
    async def _begin(
        store: Store, user: User, tmp_path: Path, meanwhile: Callable[[Tx], object]
    ) -> BaseException:
        """Import a thousand rows; after the first step something else happens. Returns how the import ended."""
        path = table(tmp_path / "l.csv", "phone", *(f"+44131496{n:04}" for n in range(1000)))
        done: list[Future[object]] = []

        def tell(progress: Progress) -> None:
            if progress.stage is Stage.WRITING and not done:
                done.append(store.submit_write(meanwhile))

        with pytest.raises(Problem) as raised:
            await Imports(store).run(path, CANADA, user, tell)
        await asyncio.wrap_future(done[0])
        return raised.value

    async def test_an_account_that_is_closed(self, store: Store, user: User, tmp_path: Path) -> None:
        ended = await self._begin(store, user, tmp_path, lambda tx: people.set_active(tx, user.id, False))

        assert isinstance(ended, NotAllowed)
        (journal,) = await store.read(bulk.newest)
        assert journal.status is BulkStatus.INTERRUPTED
        count = await store.read(contacts.count)
        assert 0 < count < 1000
        (line,) = await store.read(activity.newest)
        assert (line.deed, line.subject, line.user_name) == (Deed.IMPORTED, "l.csv", "Meera Rao")
        assert line.details == f"interrupted after {count:,} contacts"

    @pytest.mark.parametrize("status", [BulkStatus.UNDOING, BulkStatus.DONE])
    async def test_an_import_that_another_program_takes_over(
        self, store: Store, user: User, tmp_path: Path, status: BulkStatus
    ) -> None:
        """Taken for dead, it is undone or kept elsewhere: it says nothing more about what becomes of it."""
        seen: list[int] = []

        def take_over(tx: Tx) -> None:
            (journal,) = bulk.newest(tx)
            bulk.set_status(tx, journal.id, status, process="elsewhere-1-abc")
            seen.append(contacts.count(tx))

        ended = await self._begin(store, user, tmp_path, take_over)

        assert isinstance(ended, Overtaken)
        (journal,) = await store.read(bulk.newest)
        assert (journal.status, journal.process) == (status, "elsewhere-1-abc")
        assert await store.read(contacts.count) == seen[0] < 1000

    async def test_an_end_that_comes_too_late(self, store: Store, user: User, tmp_path: Path) -> None:
        """All was written when somebody else took it: it does not say that it is done."""
        path = table(tmp_path / "l.csv", "phone", "+16045550142")

        def tell(progress: Progress) -> None:
            if progress.stage is Stage.WRITING:
                store.submit_write(lambda tx: bulk.set_status(tx, bulk.newest(tx)[0].id, BulkStatus.UNDONE))

        with pytest.raises(Overtaken):
            await Imports(store).run(path, CANADA, user, tell)
        (journal,) = await store.read(bulk.newest)
        assert journal.status is BulkStatus.UNDONE


class TestCollision:
    async def test_a_contact_made_meanwhile_is_not_made_twice(self, store: Store, user: User) -> None:
        """The number is taken but its identity is not there yet: the step fails whole and says why."""
        await add(store, "+16045550142")

        def forget(tx: Tx) -> None:
            tx.conn.execute(tables.identity.delete())

        await store.write(forget)
        chunk = imports.Chunk(
            [
                ImportRow(2, "+14165550117", opt_in=OptIn.YES),
                ImportRow(3, "+16045550142", opt_in=OptIn.YES),
            ],
            CANADA,
            {},
            "l.csv",
            user.id,
        )
        with pytest.raises(imports.Collided):
            await store.write(lambda tx: imports.write_chunk(tx, chunk))
        assert await store.read(contacts.count) == 1
        assert await store.read(lambda tx: tx.rows(select(tables.consent_event))) == []


class TestFiles:
    """What files look like in the wild."""

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_dialects(self, tmp_path: Path, delimiter: str, encoding: str) -> None:
        path = tmp_path / "l.csv"
        rows = [["Name", "Téléphone", "Notes"], ["Zoë; a, b | c\td", "+16045550142", "1,5"], ["x", "", "1,7"]]
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL).writerows(rows)
        seen = importfiles.look(path)
        assert [column.becomes for column in seen.columns] == [
            Becomes.NAME,
            Becomes.PHONE,
            Becomes.ATTRIBUTE,
        ]
        assert seen.first_values == (("Zoë; a, b | c\td", "x"), ("+16045550142",), ("1,5", "1,7"))

    def test_excels_own_first_line(self, tmp_path: Path) -> None:
        path = table(tmp_path / "l.csv", "sep=|", "phone|name", "+16045550142|Ana")
        (tmp_path / "out").mkdir()
        file = importfiles.read_file(path, tmp_path / "out", CANADA)
        assert [(row.number, row.phone, row.name) for row in file.rows()] == [(3, "+16045550142", "Ana")]

    def test_rows_are_numbered_as_a_spreadsheet_does(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        path = table(tmp_path / "l.csv", "", "phone,name", "", '+16045550142,"two', 'lines"', "12,bad")
        file = importfiles.read_file(path, tmp_path / "out", CANADA)
        assert [row.number for row in file.rows()] == [4]
        assert [row.number for row in file.rejected()] == [5]
        with xlsxwriter.Workbook(tmp_path / "l.xlsx") as book:
            book.add_worksheet("nothing here")
            sheet = book.add_worksheet()
            sheet.write_row(3, 2, ["phone", "name"])
            sheet.write_row(6, 2, [16045550142, "Ana"])
            sheet.write_row(7, 2, [12, "bad"])
        file = importfiles.read_file(tmp_path / "l.xlsx", tmp_path / "out", CANADA)
        assert [row.number for row in file.rows()] == [7]
        assert [row.number for row in file.rejected()] == [8]

    def test_what_was_read_survives_the_way_between_processes(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        path = table(
            tmp_path / "l.csv", "phone,optin,City", "+16045550142,y,Łódź", "12,n,", "+16045550142,n,"
        )
        options = Options("CA", recognise(["phone", "optin", "City"]), False, OptIn.NO, False)
        assert importfiles.options_from_json(importfiles.options_to_json(options)) == options
        file = importfiles.read_file(path, tmp_path / "out", options)
        again = importfiles.open_read(tmp_path / "out")
        assert again == file
        assert [(row.opt_in, row.attributes) for row in again.rows()] == [(OptIn.NO, (("City", "Łódź"),))]

    def _problem(self, path: Path, tmp_path: Path) -> NotATable:
        (tmp_path / "out").mkdir(exist_ok=True)
        with pytest.raises(NotATable) as raised:
            importfiles.read_file(path, tmp_path / "out", CANADA)
        return raised.value

    @pytest.mark.parametrize(
        ("name", "content", "title", "advice"),
        [
            ("a.csv", b"", "The file is empty", "Choose another file"),
            ("a.csv", b"\n\n , \n,,\n", "The file is empty", "Choose another file"),
            ("a.csv", b"+16045550142,Ana\n+14165550117,Bo\n", "No headings", "Add a row above"),
            ("a.csv", b"Colour,Name\nred,Ana\n", "No phone column", "name the column “Phone”"),
            ("a.csv", b"Phone\n\x89PNG\r\n\x1a\n\x00\x00", "Not a table", "save it as .xlsx or as CSV"),
            ("a.csv", b"%PDF-1.7 phone,name", "Not a table", "save it as .xlsx or as CSV"),
            ("a.csv", "phone,name\n".encode("utf-16-le"), "Not a table", "save it as .xlsx or as CSV"),
            ("a.csv", b"phone,name\n1,\x8d\x90\x81", "Letters cannot be read", "Save it as CSV (UTF-8)"),
            (
                "a.csv",
                b"\xff\xfep\x00h\x00o\x00n\x00e\x00\n\x00\x00\xd8",
                "Letters cannot be read",
                "Save it",
            ),
            (
                "a.csv",
                b'phone,name\n+16045550142,"Ana\n+14165550117,Bo\n',
                "A quotation mark is missing",
                "Close",
            ),
            ("a.csv", b"phone,name\n1," + b"x" * 200_000 + b"\n", "A cell is too long", "Shorten the cell"),
            ("a.xlsx", b"PK\x03\x04 cut off", "The file is damaged", "Download or save it again"),
            (
                "a.xls",
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
                "An old Excel file",
                "save it as .xlsx",
            ),
            (
                "a.xlsx",
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
                "Protected by a password",
                "save a copy without a password",
            ),
        ],
    )
    def test_what_cannot_be_read_says_what_to_do(
        self, tmp_path: Path, name: str, content: bytes, title: str, advice: str
    ) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        problem = self._problem(path, tmp_path)
        assert problem.title == title
        assert advice in problem.sentence

    def test_broken_workbooks(self, tmp_path: Path) -> None:
        whole = tmp_path / "whole.xlsx"
        import_key.write_xlsx(whole, import_key.make(1, 300, "none", "").rows)
        content = whole.read_bytes()
        cut = tmp_path / "cut.xlsx"
        cut.write_bytes(content[: len(content) // 2])
        assert self._problem(cut, tmp_path).title == "The file is damaged"
        flipped = tmp_path / "flipped.xlsx"
        at = content.index(b"xl/worksheets/sheet1.xml") + 200
        flipped.write_bytes(content[:at] + bytes(200) + content[at + 200 :])
        assert self._problem(flipped, tmp_path).title == "The file is damaged"
        other = tmp_path / "other.docx"
        with zipfile.ZipFile(other, "w") as packed:
            packed.writestr("word/document.xml", "<w/>")
        assert self._problem(other, tmp_path).title == "Not an Excel file"
        assert self._problem(tmp_path / "nowhere.csv", tmp_path).title == "The file cannot be read"

    def test_one_far_off_cell_does_not_take_all_memory(self, tmp_path: Path) -> None:
        with xlsxwriter.Workbook(tmp_path / "far.xlsx") as book:
            sheet = book.add_worksheet()
            sheet.write(0, 0, "Phone")
            sheet.write(1_048_575, 16_383, "x")
        assert self._problem(tmp_path / "far.xlsx", tmp_path).title == "The sheet is too large"


class TestRejectedRows:
    async def test_they_are_saved_and_can_be_imported_again(
        self, store: Store, user: User, tmp_path: Path
    ) -> None:
        path = table(
            tmp_path / "l.csv",
            "Phone,Name,Opt-in,Notes",
            "+1 604 555 0142,Ana,perhaps,=HYPERLINK(1)",
            "+14165550117,Bo,yes,fine,left over",
        )
        verbs = Imports(store)
        async with verbs.read(path, CANADA) as file:
            assert file.counts == Counts(rows=2, rejected=2)
            saved = await verbs.save_rejected(file, path)
        assert saved.name == "l not imported.csv"
        with saved.open(encoding="utf-8-sig", newline="") as file:
            head, first, second = csv.reader(file)
        assert head == ["Row in the file", "Phone", "Name", "Opt-in", "Notes", "", "Why it was not imported"]
        assert first[:5] == ["2", "'+1 604 555 0142", "Ana", "perhaps", "'=HYPERLINK(1)"]
        assert "perhaps" in first[-1]
        assert second[0] == "3"
        assert "5 cells and the headings 4" in second[-1]

        mended = tmp_path / "mended.csv"
        mended.write_text(
            saved.read_text("utf-8-sig").replace(",perhaps,", ",no,").replace("left over", ""), "utf-8"
        )
        assert (await verbs.run(mended, CANADA, user)).counts.new == 2
        (found,) = await store.read(lambda tx: contacts.find(tx, phone="+16045550142"))
        someone = await store.read(lambda tx: contacts.get(tx, found))
        assert (someone.opt_in, someone.attributes) == (OptIn.NO, {"Notes": "=HYPERLINK(1)"})

    async def test_no_file_is_written_over(self, store: Store, tmp_path: Path) -> None:
        verbs, path = Imports(store), table(tmp_path / "l.csv", "phone", "12")
        async with verbs.read(path, CANADA) as file:
            names = [(await verbs.save_rejected(file, path)).name for _ in range(2)]
        assert names == ["l not imported.csv", "l not imported (2).csv"]

    async def test_a_folder_that_is_not_there(self, store: Store, tmp_path: Path) -> None:
        verbs, path = Imports(store), table(tmp_path / "l.csv", "phone", "12")
        async with verbs.read(path, CANADA) as file:
            with pytest.raises(Problem, match="cannot be written"):
                await verbs.save_rejected(file, tmp_path / "nowhere" / "l.csv")
