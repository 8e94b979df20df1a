//! Every command in README.md and docs/ is run, in the order it stands there, one directory for each page.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The shell blocks of a page.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut current: Option<String> = None;
    for line in page.lines() {
        match (&mut current, line) {
            (None, "```sh") => current = Some(String::new()),
            (Some(block), "```") => {
                blocks.push(std::mem::take(block));
                current = None;
            }
            (Some(block), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    blocks
}

fn run_page(path: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let world = tempfile::tempdir().unwrap();
    let bundle = world.path().join("fixtures/bundles");
    fs::create_dir_all(&bundle).unwrap();
    fs::copy(root.join("fixtures/bundles/jira-support.zip"), bundle.join("jira-support.zip")).unwrap();
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_scrubjay"));
    let search = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let page = fs::read_to_string(root.join(path)).unwrap();
    let blocks = blocks(&page);
    assert!(!blocks.is_empty(), "{} shows no command", path.display());
    for block in blocks {
        // The test command would start this test again.
        if block.trim() == "cargo test" {
            continue;
        }
        let script = block.replace("cargo run --release -- ", "scrubjay ");
        assert!(!script.contains("cargo "), "{}: a command that this test cannot run: {block}", path.display());
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
            .current_dir(world.path())
            .env("PATH", &search)
            .env("SCRUBJAY_HOME", world.path().join("home"))
            .env_remove("SCRUBJAY_ISSUE")
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}: {block}\nended with {}:\n{told}", path.display(), output.status);
    }
}

/// With `SCRUBJAY_WRITE_DOCS=1` in the environment the page is brought into step instead.
#[test]
fn the_tables_of_quality_are_the_floor() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/detection.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- the floor, as a table: a test holds the two equal -->\n", "<!-- end of the floor -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (_, behind) = rest.split_once(end).unwrap();
    let expected = format!("{before}{begin}{}{end}{behind}", scrubjay::quality::Record::floor().unwrap().markdown());
    if std::env::var_os("SCRUBJAY_WRITE_DOCS").is_some() {
        fs::write(&path, &expected).unwrap();
        return;
    }
    assert!(page == expected, "docs/detection.md and the floor differ: run this test with SCRUBJAY_WRITE_DOCS=1");
}

#[test]
fn the_commands_of_the_readme_work() {
    run_page(Path::new("README.md"));
}

#[test]
fn the_commands_of_every_page_work() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<PathBuf> = fs::read_dir(root.join("docs")).unwrap().map(|e| e.unwrap().path()).collect();
    pages.sort();
    for page in pages {
        run_page(page.strip_prefix(root).unwrap());
    }
}
