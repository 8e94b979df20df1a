//! `scrubjay bench` through the binary: that it measures what it says, counts what it finds, and draws it.

use std::fs;

use serde_json::Value;

use crate::scrub::World;

/// Short enough for every build; times are never looked at.
const SHORT: [&str; 3] = ["bench", "--seconds", "1"];

fn json(world: &World, arguments: &[&str]) -> Value {
    let run = world.run(&[&SHORT[..], &["--json"], arguments].concat(), b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_slice(&run.stdout).unwrap()
}

#[test]
fn every_text_holds_what_is_found_in_it() {
    let world = World::new();
    let told = json(&world, &["--size", "96K", "--threads", "2,1"]);
    assert_eq!(told["threads"], serde_json::json!([1, 2]));
    let texts = told["texts"].as_array().unwrap();
    let names: Vec<&str> = texts.iter().map(|text| text["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["app", "access", "json", "dense", "sparse", "base64"]);
    for text in texts {
        assert_eq!(text["findings"], text["expected"], "{text}");
        assert!(text["rounds"].as_u64().unwrap() >= 3, "{text}");
        let works: Vec<_> = text["speeds"].as_array().unwrap().iter().map(|s| (&s["work"], &s["threads"])).collect();
        let expected = [("copy", 1), ("cat", 1), ("scan", 1), ("scan", 2), ("scrub", 1), ("scrub", 2)]
            .map(|(w, t)| (w.into(), t.into()));
        assert_eq!(works, expected.iter().map(|(w, t): &(Value, Value)| (w, t)).collect::<Vec<_>>());
        assert!(
            text["speeds"].as_array().unwrap().iter().all(|s| s["bytes_per_second"].as_f64().unwrap() > 0.0),
            "{text}"
        );
        let costs = text["scan_microseconds_per_megabyte"].as_object().unwrap();
        for group in ["all", "search", "mail", "network", "numbers", "people", "keyed", "tokens"] {
            assert!(costs[group].as_f64().unwrap() >= 0.0, "{text}");
        }
        assert_eq!(costs.len(), 8);
    }
    assert!(texts[0]["findings"].as_u64().unwrap() > 50 && texts[4]["findings"] == 0);
}

#[test]
fn people_get_a_table_and_charts() {
    let world = World::new();
    let (svg, png) = (world.path("speed.svg"), world.path("speed.PNG"));
    for (name, start) in [(&svg, &b"<svg"[..]), (&png, b"\x89PNG")] {
        let run = world
            .run(&[&SHORT[..], &["--size", "96K", "--text", "sparse", "--plot", name.to_str().unwrap()]].concat(), b"");
        assert_eq!(run.code, 0, "{}", run.stderr);
        let text = run.text();
        assert!(text.contains("\ntext     MB  findings ") && text.contains("\nsparse  0.1         0 "), "{text}");
        assert!(text.contains("Every count is the expected one."), "{text}");
        assert!(fs::read(name).unwrap().starts_with(start));
    }
    let svg = fs::read_to_string(svg).unwrap();
    assert!(svg.contains("sparse") && svg.contains("scrub, 1 thread") && svg.contains("tokens"), "{svg}");
    let run = world.run(&["bench", "--plot", "speed.pdf"], b"");
    assert!(run.code == 2 && run.stderr.contains("must end in .svg or .png"), "{}", run.stderr);
}

#[test]
fn a_file_of_ones_own_is_recorded_read_and_left_as_it_is() {
    let world = World::new();
    let log = "user jane.roe@example.com from 203.0.113.7\n".repeat(3000);
    let path = world.write("own.log", &log);
    let told = json(&world, &[path.to_str().unwrap(), "--size", "96K"]);
    let text = &told["texts"][0];
    assert_eq!((&text["name"], &text["findings"], &text["expected"]), (&"own.log".into(), &4572.into(), &Value::Null));
    assert_eq!(text["bytes"], 96 << 10);
    let whole = json(&world, &[path.to_str().unwrap(), "--no-record"]);
    assert_eq!(whole["texts"][0]["findings"], 6000);
    assert_eq!(fs::read_to_string(&path).unwrap(), log);
    let status = world.run(&["status", "--all"], b"").text();
    assert_eq!(status.matches("own.log, kept, 4572 findings").count(), 1, "{status}");
}

#[test]
fn what_is_no_text_is_unpacked_but_not_scanned_in_memory() {
    let world = World::new();
    let path = world.path("own.log.gz");
    let scrubbed = world.write("own.log", "mail jane.roe@example.com\n".repeat(50));
    let zipped = std::process::Command::new("gzip").arg("-c").arg(&scrubbed).output().unwrap();
    fs::write(&path, zipped.stdout).unwrap();
    let told = json(&world, &[path.to_str().unwrap(), "--no-record", "--threads", "1"]);
    let text = &told["texts"][0];
    assert_eq!(text["findings"], 50);
    assert!(text["speeds"].as_array().unwrap().iter().all(|speed| speed["work"] != "scan"), "{text}");
    let picture = world.path("a.png");
    fs::write(&picture, b"\x89PNG\r\n\x1a\n\0\0").unwrap();
    let empty = world.write("empty.log", "");
    let named =
        [(picture.to_str().unwrap(), "PNG image"), ("/dev/null", "/dev/null"), (empty.to_str().unwrap(), "empty")];
    for (path, told) in named {
        let run = world.run(&["bench", path, "--no-record"], b"");
        assert!(run.code != 0 && run.stderr.contains(told), "{}", run.stderr);
        assert_eq!(run.text(), "");
    }
}
