"""A real WordPress on loopback: Debian's package, a MariaDB of its own, PHP's own server.

`python -m tests.wordpress` says whether all that it takes is here.

Two sites share one MariaDB: one with our companion plugin, one plain. WordPress' own files are used where they lie; each site
has a folder of its own with its configuration, its uploads and a few lines that make it slow when a test asks for it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tests.servers import Missing, free_port

ROOT = Path(__file__).resolve().parent.parent
CORE = Path("/usr/share/wordpress")
PLUGIN = ROOT / "integrations/wordpress/homeward-syndication"
THEME = "twentytwentyone"
STARTED_WITHIN = 60.0
PROGRAMS = ("php", "mariadbd", "mariadb-install-db")
MODULES = {"mysqli", "gd", "mbstring", "xml", "curl"}

CONFIG = """<?php
define('DB_NAME', '{name}');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}');
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_HOME', '{url}');
define('WP_SITEURL', '{url}');
define('WP_CONTENT_DIR', '{folder}/wp-content');
define('WP_DEFAULT_THEME', '{theme}');
define('WP_ENVIRONMENT_TYPE', 'local');
define('WP_HTTP_BLOCK_EXTERNAL', true);
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_DEBUG', true);
define('WP_DEBUG_DISPLAY', false);
define('WP_DEBUG_LOG', '{folder}/debug.log');
define('AUTH_KEY', 'for tests');
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
"""

# Runs before each script: WordPress' files lie elsewhere, and find their configuration by this.
PREPEND = "<?php defined('ABSPATH') || define('ABSPATH', '{folder}/');\n"

# PHP's server runs nothing before a router.
ROUTER = """<?php
require '{folder}/prepend.php';
$path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
if (is_dir('{folder}' . $path) && is_file('{folder}' . $path . '/index.php') && $path !== '/') {{
    $path = rtrim($path, '/') . '/index.php';
}}
if ($path !== '/' && is_file('{folder}' . $path)) {{
    return false;
}}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/index.php';
$_SERVER['SCRIPT_FILENAME'] = '{folder}/index.php';
require '{folder}/index.php';
"""

# A must-use plugin: no mail leaves, and any port of this machine may be asked for a page. A post is made, but the answer waits
# for as long as a file named `slow` is there. And what Yoast SEO and Rank Math do with the head, as their sources have it, while
# a file of that name is there.
BESIDE = """<?php
function wp_mail() {{ return true; }}
add_filter('http_allowed_safe_ports', function ($ports, $host, $url) {{
    return [...$ports, parse_url($url, PHP_URL_PORT)];
}}, 10, 3);
add_action('rest_after_insert_post', function ($post, $request, $creating) {{
    if ($creating && file_exists('{folder}/slow')) {{
        touch('{folder}/reached');
        while (file_exists('{folder}/slow')) {{ usleep(50000); clearstatcache(); }}
    }}
}}, 10, 3);
function stand_in($canonical, $robots, $presentation) {{
    remove_action('wp_head', 'rel_canonical');
    remove_filter('wp_robots', 'wp_robots_max_image_preview_large');
    remove_action('wp_head', 'wp_robots', 1);
    add_action('wp_head', function () use ($canonical, $robots, $presentation) {{
        printf('<link rel="canonical" href="%s">', esc_url(apply_filters($canonical, get_permalink(), $presentation)));
        $told = apply_filters($robots, ['index' => 'index', 'follow' => 'follow'], $presentation);
        printf('<meta name="robots" content="%s">', esc_attr(implode(', ', $told)));
    }}, 1);
}}
if (file_exists('{folder}/yoast')) {{
    define('WPSEO_VERSION', '25');
    add_action('template_redirect', function () {{ stand_in('wpseo_canonical', 'wpseo_robots_array', new stdClass()); }});
}}
if (file_exists('{folder}/rank-math')) {{
    define('RANK_MATH_VERSION', '1');
    add_action('template_redirect', function () {{
        stand_in('rank_math/frontend/canonical', 'rank_math/frontend/robots', null);
    }});
}}
"""

INSTALL = """<?php
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = '127.0.0.1';
$_SERVER['REQUEST_URI'] = '/';
require ABSPATH . 'wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('{title}', 'desk', 'desk@outlet.example', true, '', 'correct-horse-battery');
$wp_rewrite->set_permalink_structure('{permalinks}');
update_option('active_plugins', {plugins});
$passwords = [];
foreach (['editor', 'author', 'contributor'] as $role) {{
    $id = wp_insert_user(['user_login' => "homeward-$role", 'user_pass' => wp_generate_password(), 'role' => $role,
        'user_email' => "$role@home.example", 'display_name' => 'The Harbour Review']);
    $passwords[$role] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'Homeward'])[0];
}}
flush_rewrite_rules(false);
echo "\\n", json_encode($passwords);
"""


def available() -> None:
    """Raises Missing, with a sentence, unless everything is here."""
    lacking = [name for name in PROGRAMS if not shutil.which(name, path=_path())]
    if not lacking:
        listed = subprocess.run(["php", "-m"], capture_output=True, text=True).stdout.lower().split()
        lacking = sorted(f"php-{name}" for name in MODULES - set(listed))
    lacking += [str(folder) for folder in (CORE / "wp-load.php", CORE / "wp-content/themes" / THEME) if not folder.exists()]
    if lacking:
        packages = (
            "wordpress wordpress-theme-twentytwentyone mariadb-server-core php-cli php-mysql php-gd php-xml php-mbstring php-curl"
        )
        told = f"WordPress is not tried here, for {', '.join(lacking)} is missing."
        raise Missing(f"{told} On Debian: apt-get install --no-install-recommends {packages}")


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


@dataclass
class Site:
    """One WordPress: where it is, and the application passwords of its users by role."""

    name: str
    folder: Path
    port: int
    pretty: bool = True
    passwords: dict[str, str] = field(default_factory=dict, repr=False)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """The address of its front page."""
        return f"http://127.0.0.1:{self.port}"

    def page(self, path: str = "/") -> str:
        """A page as a visitor gets it."""
        with urlopen(path if "//" in path else self.url + path, timeout=30) as answer:
            return str(answer.read().decode())

    def run(self, code: str) -> Any:
        """What PHP code returned inside WordPress, as JSON tells it."""
        script = self.folder / f"run-{time.monotonic_ns()}.php"
        script.write_text(
            "<?php $_SERVER['HTTP_HOST'] = '127.0.0.1'; $_SERVER['REQUEST_URI'] = '/'; require ABSPATH . 'wp-load.php';\n"
            f'$told = (function () {{ {code} }})(); echo "\\n", json_encode($told);'
        )
        try:
            return json.loads(self._php(str(script)).splitlines()[-1])
        finally:
            script.unlink()

    def posts(self, *statuses: str) -> list[dict[str, Any]]:
        """Its posts of these statuses (any, without trash, if none is named), oldest first, as the database has them."""
        named = json.dumps(list(statuses) or ["any"])
        query = f"['post_type' => 'post', 'post_status' => {named}, 'numberposts' => -1, 'orderby' => 'ID', 'order' => 'ASC']"
        found: list[dict[str, Any]] = self.run(f"return get_posts({query});")
        return found

    def empty(self) -> None:
        """Forget all posts, pictures and terms; what a test wrote elsewhere is its own business."""
        self.run(
            "foreach (get_posts(['post_type' => ['post', 'attachment'], 'post_status' => ['any', 'trash', 'inherit'],"
            " 'numberposts' => -1]) as $post) { wp_delete_post($post->ID, true); } return true;"
        )

    def hold_answers(self) -> None:
        """Make posts, but answer only after `let_go`."""
        (self.folder / "slow").touch()

    def let_go(self) -> None:
        """Answer again."""
        for name in ("slow", "reached"):
            (self.folder / name).unlink(missing_ok=True)

    def held(self) -> bool:
        """Whether a post was made whose answer waits."""
        return (self.folder / "reached").exists()

    def log(self) -> str:
        """What PHP complained of in our plugin; WordPress 6.1 itself is older than this PHP."""
        file = self.folder / "debug.log"
        lines = file.read_text(errors="replace").splitlines() if file.exists() else []
        return "\n".join(line for line in lines if "homeward" in line)

    def _php(self, script: str) -> str:
        words = ["php", *self.options(), script]
        done = subprocess.run(words, capture_output=True, text=True, timeout=STARTED_WITHIN)
        if done.returncode:
            raise RuntimeError(f"PHP failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def options(self) -> Sequence[str]:
        """How PHP is called for this site."""
        settings = {
            "auto_prepend_file": self.folder / "prepend.php",
            "opcache.enable_cli": 1,
            "opcache.file_cache": self.folder.parent / "opcache",
            "opcache.validate_timestamps": 0,
            "display_errors": 0,
            "upload_max_filesize": "20M",
            "post_max_size": "24M",
        }
        return [word for name, value in settings.items() for word in ("-d", f"{name}={value}")]


class WordPress:
    """The servers. `start` makes and serves both sites; `stop` leaves nothing."""

    def __init__(self) -> None:
        available()
        self.folder = Path(tempfile.mkdtemp(prefix="homeward-wordpress-"))
        self.socket = self.folder / "socket"
        self.person: dict[str, Any] = {}
        if os.geteuid() == 0:
            import grp

            self.person = {"user": "nobody", "group": grp.getgrnam("nogroup").gr_gid, "extra_groups": []}
            shutil.chown(self.folder, "nobody")
        self.database: subprocess.Popen[bytes] | None = None
        self.companion = Site("companion", self.folder / "companion", free_port())
        self.plain = Site("plain", self.folder / "plain", free_port(), pretty=False)

    @property
    def sites(self) -> tuple[Site, Site]:
        """Both."""
        return self.companion, self.plain

    def start(self) -> None:
        """Make the database and both sites, and serve them."""
        (self.folder / "opcache").mkdir()
        self._start_database()
        installing = [self._install(site) for site in self.sites]
        for site, process in zip(self.sites, installing, strict=True):
            told, trouble = process.communicate(timeout=STARTED_WITHIN)
            if process.returncode:
                raise RuntimeError(f"{site.name} was not installed:\n{told[-2000:]}{trouble[-2000:]}")
            site.passwords = json.loads(told.splitlines()[-1])
            self._serve(site)
        for site in self.sites:
            self._wait(lambda site=site: urlopen(f"{site.url}/", timeout=20).close(), f"{site.name} does not answer")  # type: ignore[misc]

    def stop(self) -> None:
        """End everything and leave nothing."""
        for process in (*(site.process for site in self.sites), self.database):
            if process and process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start_database(self) -> None:
        data, log = self.folder / "data", self.folder / "mariadb.log"
        common = ["--no-defaults", f"--datadir={data}", "--innodb-log-file-size=8M", "--innodb-flush-method=nosync"]
        common += [
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=64M",
            "--skip-log-bin",
            "--aria-log-file-size=8M",
        ]
        made = subprocess.run(
            [_program("mariadb-install-db"), *common, "--skip-test-db", "--auth-root-authentication-method=normal"],
            capture_output=True,
            text=True,
            cwd=self.folder,
            **self.person,
        )
        if made.returncode:
            raise RuntimeError(f"MariaDB's folder was not made:\n{made.stdout[-2000:]}{made.stderr[-2000:]}")
        with log.open("wb") as file:
            self.database = subprocess.Popen(
                [
                    _program("mariadbd"),
                    *common,
                    f"--socket={self.socket}",
                    "--skip-networking",
                    f"--pid-file={self.folder / 'pid'}",
                ],
                stdout=file,
                stderr=file,
                cwd=self.folder,
                start_new_session=True,
                **self.person,
            )
        self._wait(lambda: self._sql("CREATE DATABASE companion; CREATE DATABASE plain"), f"MariaDB does not answer: {log}")

    def _sql(self, statements: str) -> None:
        code = "$db = mysqli_connect('localhost', 'root', '', '', 0, $argv[1]); $db->multi_query($argv[2]) or exit(1);"
        subprocess.run(
            ["php", "-r", f"mysqli_report(MYSQLI_REPORT_OFF); {code}", str(self.socket), statements],
            check=True,
            capture_output=True,
        )

    def _install(self, site: Site) -> "subprocess.Popen[str]":
        site.folder.mkdir()
        for file in CORE.iterdir():
            if file.name not in ("wp-config.php", "wp-content", ".htaccess"):
                (site.folder / file.name).symlink_to(file)
        content = site.folder / "wp-content"
        for name in ("uploads", "plugins", "mu-plugins"):
            (content / name).mkdir(parents=True)
        (content / "themes").symlink_to(CORE / "wp-content/themes")
        facts = {"folder": site.folder, "name": site.name, "url": site.url, "socket": self.socket, "theme": THEME}
        with_plugin = site is self.companion
        if with_plugin:
            (content / "plugins" / PLUGIN.name).symlink_to(PLUGIN)
        told = {
            "title": f"Outlet {site.name}",
            "permalinks": "/%year%/%postname%/" if site.pretty else "",
            "plugins": f"['{PLUGIN.name}/{PLUGIN.name}.php']" if with_plugin else "[]",
        }
        files = {
            "wp-config.php": CONFIG.format(**facts),
            "prepend.php": PREPEND.format(**facts),
            "router.php": ROUTER.format(**facts),
            "wp-content/mu-plugins/beside.php": BESIDE.format(**facts),
            "install.php": INSTALL.format(**told),
        }
        for name, text in files.items():
            (site.folder / name).write_text(text)
        words = ["php", *site.options(), str(site.folder / "install.php")]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def _serve(self, site: Site) -> None:
        words = ["php", *site.options(), "-S", f"127.0.0.1:{site.port}", "-t", str(site.folder), str(site.folder / "router.php")]
        env = {**os.environ, "PHP_CLI_SERVER_WORKERS": "4"}
        with (site.folder / "server.log").open("wb") as log:
            site.process = subprocess.Popen(words, stdout=log, stderr=log, cwd=site.folder, env=env, start_new_session=True)

    def _wait(self, answers: Callable[[], Any], why: str) -> None:
        end = time.monotonic() + STARTED_WITHIN
        while True:
            try:
                answers()
                return
            except (URLError, OSError, subprocess.CalledProcessError) as trouble:
                if time.monotonic() > end:
                    raise RuntimeError(f"{why} ({trouble})") from None
                time.sleep(0.1)


def _program(name: str) -> str:
    return shutil.which(name, path=_path()) or name


def main() -> int:
    """Say what is missing; 1 if something is."""
    try:
        available()
    except Missing as sentence:
        print(sentence)
        return 1
    print(f"WordPress   {CORE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
