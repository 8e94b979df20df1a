//! Office documents and mails through the whole program: what is planted is gone, also where runs and encodings cut it, and
//! everything still opens.

use std::io::{Cursor, Read, Write};
use std::process::Command;

use crate::scrub::World;

const SPLIT: &str = "<w:p><w:r><w:t>write to jane.</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>roe@example</w:t></w:r>\
                     <w:r><w:t xml:space=\"preserve\">.com now</w:t></w:r></w:p>";

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = ::zip::write::SimpleFileOptions::default();
        let stored = options.compression_method(::zip::CompressionMethod::Stored);
        writer.start_file(*name, if *name == "mimetype" { stored } else { options }).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ::zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let read = |n| {
        let mut entry = archive.by_index(n).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        (entry.name().unwrap().into_owned(), content)
    };
    let len = ::zip::ZipArchive::new(Cursor::new(bytes)).unwrap().len();
    (0..len).map(read).collect()
}

/// Whether tags are balanced and attributes quoted: enough for a document that was well formed before.
fn is_well_formed(xml: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(xml) else { return false };
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        if rest[..start].contains('>') && !rest[..start].contains("]]>") {
            return false;
        }
        let Some(end) = rest[start..].find('>') else { return false };
        let tag = &rest[start + 1..start + end];
        rest = &rest[start + end + 1..];
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if tag.matches('"').count() % 2 != 0 {
            return false;
        }
        match tag.strip_prefix('/') {
            Some(name) if open.pop() != Some(name.trim()) => return false,
            Some(_) => {}
            None if tag.ends_with('/') => {}
            None => open.push(tag.split([' ', '\n']).next().unwrap_or_default()),
        }
    }
    // A bare ampersand is the classic.
    let is_reference = |at: usize| text[at..].find(';').is_some_and(|end| end < 12);
    open.is_empty() && text.match_indices('&').all(|(at, _)| is_reference(at))
}

fn word() -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"x\"><w:body>{SPLIT}<w:p><w:ins w:id=\"1\" w:author=\"Jane Roe\"><w:r>\
         <w:t>password: R&amp;D</w:t></w:r><w:r><w:t>hunter2x</w:t></w:r></w:ins></w:p></w:body></w:document>"
    );
    let core = "<?xml version=\"1.0\"?><cp:coreProperties xmlns:cp=\"x\" xmlns:dc=\"y\"><dc:creator>Jane Roe</dc:creator>\
                <cp:lastModifiedBy>John Doe</cp:lastModifiedBy><dcterms:created>2026-05-01T10:14:02Z</dcterms:created></cp:coreProperties>";
    let app = "<?xml version=\"1.0\"?><Properties><Application>Microsoft Office Word</Application><Company>Acme &amp; Sons</Company></Properties>";
    let comments = "<w:comments xmlns:w=\"x\"><w:comment w:id=\"0\" w:author=\"Jane Roe\" w:initials=\"JR\"><w:p><w:r><w:t>ask 203.0.\
                    </w:t></w:r><w:r><w:t>113.7</w:t></w:r></w:p></w:comment></w:comments>";
    zip(&[
        ("[Content_Types].xml", b"<Types><Default Extension=\"png\" ContentType=\"image/png\"/></Types>"),
        ("word/document.xml", document.as_bytes()),
        ("word/comments.xml", comments.as_bytes()),
        ("word/media/image1.png", b"\x89PNG\r\n\x1a\n\0\0secret"),
        ("docProps/core.xml", core.as_bytes()),
        ("docProps/app.xml", app.as_bytes()),
    ])
}

#[test]
fn a_document_loses_what_its_runs_cut_and_whom_it_names() {
    let world = World::new();
    let path = world.write("in.docx", word());
    let run = world.run(&["scrub", path.to_str().unwrap(), "-o", "out.docx", "--issue", "D-1"], b"");
    assert_eq!(run.code, 4, "the picture is withheld: {}", run.stderr);
    let out = entries(&std::fs::read(world.path("out.docx")).unwrap());
    let names: Vec<&str> = out.iter().map(|(name, _)| name.as_str()).collect();
    let expected: Vec<String> = entries(&word()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, expected);
    for (name, content) in &out {
        let text = String::from_utf8_lossy(content);
        for canary in
            ["jane", "Jane", "roe@", "Roe", "Doe", "hunter2x", "Acme", "Sons", "203.0", "113.7", "JR", "secret"]
        {
            assert!(!text.contains(canary), "{canary} in {name}: {text}");
        }
        assert!(!name.ends_with(".xml") || is_well_formed(content), "{name}: {text}");
    }
    let part = |name: &str| String::from_utf8_lossy(&out.iter().find(|(n, _)| n == name).unwrap().1).into_owned();
    let document = part("word/document.xml");
    assert!(
        document.contains("<w:t>write to EMAIL_")
            && document.contains("</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t></w:t>")
    );
    assert!(document.contains("<w:t xml:space=\"preserve\"> now</w:t>"), "{document}");
    assert!(part("docProps/core.xml").contains("<dcterms:created>2026-05-01T10:14:02Z<"));
    assert!(part("docProps/app.xml").contains("<Application>Microsoft Office Word<"));
    assert!(out[3].1.starts_with(b"\x89PNG") && out[3].1.len() > 50, "a blank picture");
    // One value, one name: in the text as in the properties.
    let author = part("docProps/core.xml").split_once("<dc:creator>").unwrap().1[..16].to_string();
    assert!(author.starts_with("NAME_") && document.contains(&author), "{author}: {document}");
    let again = world.run(&["scrub", "out.docx", "--issue", "D-1"], b"");
    assert_eq!(entries(&again.stdout)[1], out[1], "twice is once");
}

#[test]
fn a_document_of_another_house_stays_one_and_so_does_a_program() {
    let world = World::new();
    let content = "<office:document-content><office:body><office:text><text:p>mail jane.<text:span>roe@</text:span>example.com</text:p>\
                   <text:h>host</text:h></office:text></office:body></office:document-content>";
    let meta = "<office:meta><meta:initial-creator>Jane Roe</meta:initial-creator><dc:creator>Jane Roe</dc:creator></office:meta>";
    let odt = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("content.xml", content.as_bytes()),
        ("meta.xml", meta.as_bytes()),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
    ]);
    let run = world.run(&["scrub"], &odt);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(&run.stdout[30..38], b"mimetype");
    assert!(run.stdout[38..].starts_with(b"application/vnd.oasis.opendocument.text"), "stored, and the first");
    for (name, content) in entries(&run.stdout) {
        let text = String::from_utf8_lossy(&content).into_owned();
        assert!(!text.contains("jane") && !text.contains("roe@") && !text.contains("Jane"), "{name}: {text}");
        assert!(name == "mimetype" || is_well_formed(&content), "{name}: {text}");
    }
    let jar = zip(&[
        ("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n\r\n"),
        ("app.properties", b"mail=jane.roe@example.com\n"),
    ]);
    let run = world.run(&["scrub"], &jar);
    let names: Vec<String> = entries(&run.stdout).into_iter().map(|(name, _)| name).collect();
    assert_eq!((run.code, names), (0, vec!["META-INF/MANIFEST.MF".to_string(), "app.properties".to_string()]));
}

/// The documented check: with python-docx, openpyxl and python-pptx beside some python3, the documents that they write are
/// scrubbed and read again by them. `SCRUBJAY_PYTHON` names the python3 to ask.
#[test]
fn real_readers_open_what_comes_out() {
    let python = std::env::var("SCRUBJAY_PYTHON").unwrap_or_else(|_| "python3".into());
    let write = r#"
import docx, openpyxl, pptx
d = docx.Document(); p = d.add_paragraph("write to jane."); p.add_run("roe@exam").bold = True; p.add_run("ple.com now")
d.core_properties.author = "Jane Roe"; d.core_properties.last_modified_by = "John Doe"
t = d.add_table(1, 2); t.cell(0, 0).text = "203.0.113.7"; t.cell(0, 1).text = "kept text"
d.save("a.docx")
w = openpyxl.Workbook(); s = w.active; s["A1"] = "jane.roe@example.com"; s["A2"] = 4111111111111111; s["A3"] = 17.5
s["B1"] = "kept text"; s["B1"].comment = openpyxl.comments.Comment("ask 203.0.113.7", "Jane Roe"); w.properties.creator = "Jane Roe"
w.save("a.xlsx")
x = pptx.Presentation(); f = x.slides.add_slide(x.slide_layouts[5]).shapes.title.text_frame
f.text = "mail jane."; f.paragraphs[0].add_run().text = "roe@example.com"; x.core_properties.author = "Jane Roe"; x.save("a.pptx")
"#;
    let check = r#"
import docx, openpyxl, pptx
d = docx.Document("out/a.docx"); text = d.paragraphs[0].text
assert text.startswith("write to EMAIL_") and text.endswith(" now"), text
assert d.core_properties.author.startswith("NAME_"), d.core_properties.author
assert d.tables[0].cell(0, 0).text.startswith("IPV4_") and d.tables[0].cell(0, 1).text == "kept text"
w = openpyxl.load_workbook("out/a.xlsx"); s = w.active
assert s["A1"].value.startswith("EMAIL_"), s["A1"].value
assert str(s["A2"].value).startswith("CARD_"), s["A2"].value
assert s["A3"].value == 17.5 and s["B1"].value == "kept text", s["A3"].value
assert s["B1"].comment.text.startswith("ask IPV4_") and s["B1"].comment.author.startswith("NAME_"), s["B1"].comment
x = pptx.Presentation("out/a.pptx"); text = x.slides[0].shapes.title.text_frame.text
assert text.startswith("mail EMAIL_") and x.core_properties.author.startswith("NAME_"), text
"#;
    let world = World::new();
    world.write("write.py", write);
    world.write("check.py", check);
    let run = |script: &str| Command::new(&python).arg(script).current_dir(world.path("")).output();
    match run("write.py") {
        Ok(output) if output.status.success() => {}
        _ => {
            eprintln!("skipped: {python} has no python-docx, openpyxl and python-pptx");
            return;
        }
    }
    std::fs::create_dir(world.path("out")).unwrap();
    for file in ["a.docx", "a.xlsx", "a.pptx"] {
        let scrubbed = world.run(&["scrub", file, "-o", &format!("out/{file}"), "--issue", "D-2"], b"");
        assert!(matches!(scrubbed.code, 0 | 4), "{file}: {}", scrubbed.stderr);
        for (name, content) in entries(&std::fs::read(world.path(&format!("out/{file}"))).unwrap()) {
            assert!(!name.ends_with(".xml") || is_well_formed(&content), "{file} {name}");
        }
    }
    let checked = run("check.py").unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let office = Command::new("soffice")
        .args(["--headless", "--convert-to", "txt:Text", "--outdir", "txt", "out/a.docx"])
        .current_dir(world.path(""))
        .output();
    match office {
        Ok(output) => assert!(output.status.success() && world.path("txt/a.txt").exists()),
        Err(_) => eprintln!("skipped: LibreOffice is not installed"),
    }
}

const MAIL: &str = "Return-Path: <jane.roe@example.com>\r\n\
    Received: from mx7.corp.acme.example (mx7.corp.acme.example [203.0.113.7])\r\n\tby mail.acme.example with ESMTPS id 4A1B2C\r\n\
    \tfor <support@vendor.example>; Fri, 1 May 2026 10:14:02 +0000\r\n\
    Message-ID: <20260501.101402@ws12.corp.acme.example>\r\n\
    From: =?utf-8?Q?Jane_R=C3=B6e?= <jane.roe@example.com>\r\nTo: support@vendor.example\r\n\
    Subject: =?utf-8?B?TG9naW4gb2YgamFuZS5yb2VAZXhh?=\r\n =?utf-8?B?bXBsZS5jb20=?= fails\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n\
    This is a message in parts.\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\n\
    Please ask jane.roe=40exam=\r\nple.com, she sits at 203.0.113.7. Gr=C3=BC=C3=9Fe, kept=20text that is lo=\r\nng\r\n\
    --b1\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n@HTML@\r\n\
    --b1\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@example.net\r\nTo: jane.roe@example.com\r\nSubject: kept text\r\n\r\npassword: hunter2x\r\n\r\n\
    --b1\r\nContent-Type: application/zip; name=logs.zip\r\nContent-Transfer-Encoding: base64\r\n\
    Content-Disposition: attachment; filename=logs.zip\r\n\r\n@ZIP@\r\n--b1--\r\n";

fn base64(content: &[u8]) -> String {
    use base64::Engine;
    let packed = base64::engine::general_purpose::STANDARD.encode(content);
    packed.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\r\n")
}

#[test]
fn a_mail_is_scrubbed_in_all_its_encodings_and_stays_one() {
    let world = World::new();
    let mail = MAIL
        .replace("@HTML@", &base64(b"<p>mail <b>jane.roe@example.com</b></p>\r\n"))
        .replace("@ZIP@", &base64(&zip(&[("app.log", b"user jane.roe@example.com at 203.0.113.7\n")])));
    let run = world.run(&["scrub", "--issue", "D-3"], mail.as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let out = run.text();
    for canary in ["jane.roe", "203.0.113.7", "acme.example", "hunter2x", "Jane_R", "vendor.example"] {
        assert!(!out.contains(canary), "{canary}: {out}");
    }
    for kept in [
        "with ESMTPS id 4A1B2C\r\n\tfor <EMAIL_",
        "Gr=C3=BC=C3=9Fe, kept=20text that is lo=\r\nng\r\n",
        "Subject: kept text",
        "--b1--\r\n",
    ] {
        assert!(out.contains(kept), "{kept}: {out}");
    }
    assert!(out.lines().all(|line| line.len() < 100), "{out}");
    let name = |text: &str| text[text.find("EMAIL_").unwrap()..][..17].to_string();
    let address = name(&out);
    let parts: Vec<&str> = out.split("--b1\r\n").collect();
    let content = |part: &str| {
        use base64::Engine;
        let body = part.split_once("\r\n\r\n").unwrap().1.split("--b1").next().unwrap().replace("\r\n", "");
        base64::engine::general_purpose::STANDARD.decode(body).unwrap()
    };
    let html = String::from_utf8(content(parts[2])).unwrap();
    assert_eq!(html, format!("<p>mail <b>{address}</b></p>\r\n"));
    let log = String::from_utf8(entries(&content(parts[4]))[0].1.clone()).unwrap();
    assert_eq!(name(&log), address, "one value, one name");
    assert!(parts[1].contains(&format!("Please ask {address}")), "{}", parts[1]);
    assert_eq!(world.run(&["scrub", "--issue", "D-3"], out.as_bytes()).text(), out, "twice is once");
    // Python reads the same structure from both.
    let script = "import sys, email, email.policy\nfor path in sys.argv[1:]:\n    m = email.message_from_binary_file(open(path, 'rb'), policy=email.policy.default)\n    print([(p.get_content_type(), p.get_filename()) for p in m.walk()])";
    let (before, after) = (world.write("a.eml", &mail), world.write("b.eml", &out));
    match Command::new("python3").args(["-c", script]).args([before, after]).output() {
        Ok(output) if output.status.success() => {
            let told = String::from_utf8(output.stdout).unwrap();
            let lines: Vec<&str> = told.lines().collect();
            assert_eq!(lines[0], lines[1]);
        }
        _ => eprintln!("skipped: python3 is not installed"),
    }
}

#[test]
fn a_mail_with_nothing_to_find_comes_out_byte_for_byte() {
    let world = World::new();
    let mail = "From MAILER Fri May  1 10:14:02 2026\nMIME-Version: 1.0\nSubject: =?utf-8?q?gr=C3=BCn?= and\n  blue\nX-Odd:no blank\n\
                Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nZ3Lp\n bg\n\n>From there\n\nFrom MAILER Fri May  1 10:14:03 2026\n\
                MIME-Version: 1.0\nSubject: two\nContent-Transfer-Encoding: quoted-printable\n\nlong =\nline =3D = x =zz\n";
    let run = world.run(&["scrub"], mail.as_bytes());
    assert_eq!((run.code, run.text()), (0, mail.to_string()), "{}", run.stderr);
}

#[test]
fn what_is_packed_as_a_whole_goes_and_stays_packed() {
    let world = World::new();
    let hex =
        |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).map(|b| format!("{b:02x}")).collect::<Vec<_>>();
    let secret = hex("hunter2x").join(",");
    let (first, second) = secret.split_at(24);
    let command = |text: &str| {
        use base64::Engine;
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        base64::engine::general_purpose::STANDARD.encode(wide)
    };
    let text = format!(
        "Windows Registry Editor Version 5.00\r\n\r\n\"DefaultPassword\"=hex(1):{first}\\\r\n  {second},00,00\r\n\"Blob\"=hex:0{first}\r\n\
         powershell.exe -NoProfile -EncodedCommand {} -x\r\npowershell -enc {}\r\npassword=hunter2x\r\n",
        command("$password = 'hunter2x'"),
        command("Get-ChildItem -Recurse C:\\Temp")
    );
    let out = world.run(&["scrub", "--issue", "D-4"], text.as_bytes()).text();
    assert!(!out.contains(first) || out.matches(first).count() == 1, "{out}");
    assert!(!out.contains(second) && !out.contains(&command("$password = 'hunter2x'")), "{out}");
    assert!(out.contains(&command("Get-ChildItem -Recurse C:\\Temp")), "{out}");
    assert!(out.contains(&format!("\"Blob\"=hex:0{first}")), "{out}");
    let name = &out[out.find("PASSWORD_").unwrap()..][..20];
    // The two characters at the end are a check, which the label enters.
    let body = name.split_once('_').unwrap().1[..9].to_string();
    // One value, one name: in the data of the registry as in the plain line.
    let data = out.split_once("=hex(1):").unwrap().1.split_once("\r\n").unwrap().0;
    let bytes: Vec<u8> = data.split(',').map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    let plain: String = bytes.iter().filter(|&&b| b != 0).map(|&b| char::from(b)).collect();
    assert!(plain.contains(&format!("_{body}")), "{plain} {name}");
    assert_eq!(text.matches("\r\n").count(), out.matches("\r\n").count());
    assert_eq!(world.run(&["scrub", "--issue", "D-4"], out.as_bytes()).text(), out, "twice is once");
}

/// With `py7zr` installed, it writes archives in several methods, encrypted ones too, and reads what comes out.
#[test]
fn another_hand_agrees_on_7z() {
    let python = std::env::var("SCRUBJAY_PYTHON").unwrap_or_else(|_| "python3".into());
    let write = r#"
import py7zr, os
from py7zr import FILTER_LZMA, FILTER_LZMA2, FILTER_PPMD, FILTER_BZIP2, FILTER_COPY, FILTER_X86, FILTER_DELTA, FILTER_CRYPTO_AES256_SHA256
os.makedirs("logs/empty"); line = "login of jane.roe@example.com from 203.0.113.7\r\n"
for n in range(3): open("logs/%d.log" % n, "w", newline="").write(line * (n + 1))
open("logs/none", "w")
kinds = {"plain": None, "ppmd": [{"id": FILTER_PPMD, "order": 6, "mem": 24}], "bzip2": [{"id": FILTER_BZIP2}], "copy": [{"id": FILTER_COPY}],
  "x86": [{"id": FILTER_X86}, {"id": FILTER_LZMA2, "preset": 7}], "delta": [{"id": FILTER_DELTA}, {"id": FILTER_LZMA, "preset": 7}]}
for name, filters in kinds.items():
    with py7zr.SevenZipFile(name + ".7z", "w", filters=filters) as z: z.writeall("logs")
with py7zr.SevenZipFile("locked.7z", "w", password="s3cret") as z: z.writeall("logs")
with py7zr.SevenZipFile("hidden.7z", "w", password="s3cret", header_encryption=True) as z: z.writeall("logs")
"#;
    let check = r#"
import py7zr, sys
for name in sys.argv[1:]:
    with py7zr.SevenZipFile("out/" + name) as z:
        names = z.getnames(); assert z.test() in (None, True) and z.testzip() is None, name
        assert sorted(names) == sorted(["logs", "logs/empty", "logs/none", "logs/0.log", "logs/1.log", "logs/2.log"]), names
        z.reset(); z.extractall("got-" + name)
    for n in range(3):
        text = open("got-%s/logs/%d.log" % (name, n), newline="").read()
        assert text.count("login of EMAIL_") == n + 1 and text.count(" from IPV4_") == n + 1 and text.count("\r\n") == n + 1, text
"#;
    let world = World::new();
    world.write("write.py", write);
    world.write("check.py", check);
    world.write("passwords", "wrong\ns3cret\n");
    let run = |arguments: &[&str]| Command::new(&python).args(arguments).current_dir(world.path("")).output();
    match run(&["-c", "import py7zr"]) {
        Ok(output) if output.status.success() => {}
        _ => {
            eprintln!("skipped: {python} has no py7zr");
            return;
        }
    }
    let written = run(&["write.py"]).unwrap();
    assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
    std::fs::create_dir(world.path("out")).unwrap();
    let files = ["plain.7z", "ppmd.7z", "bzip2.7z", "copy.7z", "x86.7z", "delta.7z", "locked.7z", "hidden.7z"];
    for file in files {
        let output = format!("out/{file}");
        let scrubbed = world.run(&["scrub", file, "-o", &output, "--no-record", "--password-file", "passwords"], b"");
        assert_eq!(scrubbed.code, 0, "{file}: {}", scrubbed.stderr);
    }
    let read = run(&[&["check.py"][..], &files].concat()).unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let closed = world.run(&["scrub", "hidden.7z", "-o", "out/x.7z", "--no-record"], b"");
    assert_eq!(closed.code, 4, "{}", closed.stderr);
    assert!(closed.stderr.contains("--password-file") && !world.path("out/x.7z").exists(), "{}", closed.stderr);
}

/// The hash in the first placeholder of `text`, without its label, which may be another one of the family.
fn name_in(text: &[u8]) -> Option<String> {
    (0..text.len()).find_map(|at| {
        let length = scrubjay::placeholder::at_start(&text[at..])?;
        let name = std::str::from_utf8(&text[at..at + length]).ok()?;
        Some(name.split_once('_')?.1[..9].to_string())
    })
}

/// One value, one name: in every spelling that an artifact may have it in, valid where it stands.
#[test]
fn one_value_has_one_name_in_every_spelling() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    type Read = fn(&[u8]) -> Vec<u8>;
    let same: Read = |text| text.to_vec();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let hex = |text: &str| wide(text).iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(",");
    let unhex: Read = |out| {
        let text = std::str::from_utf8(out).unwrap();
        let data = text.split_once("hex").unwrap().1.split_once(':').unwrap().1;
        let data: String = data.chars().filter(|c| c.is_ascii_hexdigit()).collect();
        let bytes = (0..data.len() / 2).map(|n| u8::from_str_radix(&data[2 * n..2 * n + 2], 16).unwrap());
        bytes.filter(|&b| b != 0).collect()
    };
    let unbase: Read = |out| {
        let text = std::str::from_utf8(out).unwrap();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"+/=".contains(c));
        words.filter_map(|word| STANDARD.decode(word).ok()).find(|plain| name_in(plain).is_some()).unwrap_or_default()
    };
    let password: Read = |out| {
        let words = std::str::from_utf8(out).unwrap().split(|c: char| !c.is_ascii_alphanumeric() && !"+/=".contains(c));
        let plain = words
            .filter_map(|word| STANDARD.decode(word).ok())
            .find(|plain| name_in(plain).is_some())
            .unwrap_or_default();
        plain.split(|&b| b == b':').nth(1).unwrap_or_default().to_vec()
    };
    let json: Read = |out| {
        let mut text = String::from_utf8(out.to_vec()).unwrap();
        // Strings within strings are read to the innermost.
        while let Ok(serde_json::Value::Object(object)) = serde_json::from_str(&text) {
            let serde_json::Value::String(inner) = object.values().next().unwrap() else { panic!("{text}") };
            text = inner.clone();
        }
        text.into_bytes()
    };
    let nested = |value: &str, levels: usize| {
        let mut text = serde_json::json!({ "password": value }).to_string();
        for _ in 1..levels {
            text = serde_json::json!({ "log": text }).to_string();
        }
        text
    };
    let basic = |text: &str| STANDARD.encode(text);
    let mail = |encoding: &str, body: &str| {
        format!(
            "From: a <a@b.example>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n"
        )
    };
    let body: Read = |out| {
        let at = memchr::memmem::find(out, b"\r\n\r\n").unwrap();
        let text = out[at + 4..].to_vec();
        let packed: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        STANDARD.decode(packed).unwrap_or(text)
    };
    let secret = |word: &str| format!("kind: Secret\napiVersion: v1\ndata:\n  contact: {}\n", STANDARD.encode(word));
    let mail_address = "jane.roe@example.com";
    let person = "Jürgen Roe";
    let simple = "tiger9Qx-Lm4vTzW2";
    let odd = "p@ss&w\"o/r:d 9Qx";
    let rows: Vec<(&str, &str, String, Read)> = vec![
        (mail_address, "plain", format!("mail {mail_address} now\n"), same),
        (mail_address, "upper case", "mail JANE.ROE@EXAMPLE.COM now\n".into(), same),
        (mail_address, "percent", "GET /u?name=jane.roe%40example.com&x=1\n".into(), same),
        (mail_address, "percent twice", "GET /u?name=jane.roe%2540example.com&x=1\n".into(), same),
        (mail_address, "entity", "<a>jane.roe&#64;example.com</a>\n".into(), same),
        (mail_address, "entity in hex", "<a>jane.roe&#x40;example.com</a>\n".into(), same),
        (mail_address, "named entity", "<a>jane.roe&commat;example.com</a>\n".into(), same),
        (mail_address, "JSON", "{\"m\":\"jane.roe\\u0040example.com\"}\n".into(), json),
        (mail_address, "JSON in JSON", "{\"m\":\"{\\\"n\\\":\\\"jane.roe\\\\u0040example.com\\\"}\"}\n".into(), json),
        (
            mail_address,
            "JSON in JSON in JSON",
            serde_json::json!({"a": serde_json::json!({"b": "{\"n\":\"jane.roe\\u0040example.com\"}"}).to_string()})
                .to_string(),
            json,
        ),
        (mail_address, "quoted-printable", mail("quoted-printable", "I am jane.roe=40example.com"), body),
        (mail_address, "quoted-printable in a log", "received: mail=3Djane.roe=40example.com ok\n".into(), same),
        (mail_address, "soft line break", mail("quoted-printable", "I am jane.ro=\r\ne@example.com"), body),
        (mail_address, "base64 of a mail", mail("base64", &basic("I am jane.roe@example.com\r\n")), body),
        (mail_address, "base64 of a Secret", secret(mail_address), unbase),
        (mail_address, "registry", format!("\"Mail\"=hex(1):{},00,00\r\n", hex(mail_address)), unhex),
        (simple, "plain", format!("password={simple}\n"), same),
        (simple, "JSON", nested(simple, 1), json),
        (simple, "JSON in JSON", nested(simple, 2), json),
        (simple, "JSON in JSON in JSON", nested(simple, 3), json),
        (simple, "XML", format!("<password>{simple}</password>\n"), same),
        (simple, "query", format!("GET /x?password={simple}&y=1\n"), same),
        (simple, "query in a query", format!("GET /x?next=%2Fy%3Fpassword%3D{simple}%26z%3D1\n"), same),
        (simple, "URL", format!("url https://:{simple}@db.example/x\n"), same),
        (simple, "Basic", format!("Authorization: Basic {}\n", basic(&format!("jane:{simple}"))), password),
        (
            simple,
            "Basic in JSON",
            format!("{{\"Authorization\": \"Basic {}\"}}\n", basic(&format!("jane:{simple}"))),
            password,
        ),
        (simple, "Secret", secret(simple), unbase),
        (simple, "Secret with a line end", secret(&format!("{simple}\n")), unbase),
        (simple, "stringData", format!("kind: Secret\nstringData:\n  key: {simple}\n"), same),
        (
            simple,
            "Secret in JSON",
            format!("{{\"kind\":\"Secret\",\"data\":{{\"key\":\"{}\"}}}}\n", basic(simple)),
            unbase,
        ),
        (simple, "registry", format!("\"Password\"=hex:{}\r\n", hex(simple)), unhex),
        (
            simple,
            "registry over lines",
            format!("\"Password\"=hex(7):{},\\\r\n  {},00,00,00,00\r\n", hex(&simple[..5]), hex(&simple[5..])),
            unhex,
        ),
        (simple, "a registry's string", format!("\"Password\"=\"{simple}\"\r\n"), same),
        (odd, "JSON", serde_json::json!({ "password": odd }).to_string(), json),
        (odd, "JSON in JSON", nested(odd, 2), json),
        (odd, "XML", "<password>p@ss&amp;w&quot;o/r:d 9Qx</password>\n".into(), same),
        (odd, "XML in numbers", "<password>p&#64;ss&#x26;w&#34;o/r:d 9Qx</password>\n".into(), same),
        (odd, "query", "GET /x?password=p%40ss%26w%22o%2Fr%3Ad%209Qx&y=1\n".into(), same),
        (odd, "URL", "url https://:p%40ss%26w%22o%2Fr%3Ad%209Qx@db.example/x\n".into(), same),
        (odd, "Basic", format!("Authorization: Basic {}\n", basic(&format!("jane:{odd}"))), password),
        (odd, "Secret", secret(odd), unbase),
        (odd, "registry", format!("\"Password\"=hex:{}\r\n", hex(odd)), unhex),
        (person, "plain", format!("displayName: {person}\n"), same),
        (person, "LDIF", format!("displayName:: {}\n", basic(person)), unbase),
    ];
    let scrubber = scrubjay::Scrubber::builder().unrecorded().build().unwrap();
    let mut names: std::collections::BTreeMap<&str, String> = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for (value, spelling, text, read) in rows {
        let mut out = Vec::new();
        scrubber.scrub(text.as_bytes(), &mut out).unwrap();
        let told = String::from_utf8_lossy(&out).into_owned();
        match name_in(&read(&out)) {
            None => wrong.push(format!("{value}, {spelling}: no name in {told}")),
            Some(name) => {
                let known = names.entry(value).or_insert(name.clone());
                if *known != name {
                    wrong.push(format!("{value}, {spelling}: {name} and not {known} in {told}"));
                }
            }
        }
        for part in ["jane.ro", "tiger9", "Lm4v", "r:d 9", "9Qx", "roe", "example.com"] {
            if memchr::memmem::find(&out, part.as_bytes()).is_some() {
                wrong.push(format!("{value}, {spelling}: {part} is left in {told}"));
            }
        }
        let mut again = Vec::new();
        scrubber.scrub(&out[..], &mut again).unwrap();
        if again != out {
            wrong.push(format!(
                "{value}, {spelling}: twice is not once: {told} and {}",
                String::from_utf8_lossy(&again)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What formats state by the place of a value, with examples and counter-examples of each rule.
#[test]
fn what_formats_state_is_counted_under_rules_of_its_own() {
    let core = |inside: &str| format!("<cp:coreProperties xmlns:cp=\"c\" xmlns:dc=\"d\">{inside}</cp:coreProperties>");
    let app = |inside: &str| format!("<Properties>{inside}</Properties>");
    let office = |name: &str, xml: &str| {
        let body = "<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>text</w:t></w:r></w:p></w:body></w:document>";
        let types = "<Types><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>";
        zip(&[
            ("[Content_Types].xml", types.as_bytes()),
            ("word/document.xml", body.as_bytes()),
            (name, xml.as_bytes()),
        ])
    };
    let mail = |field: &str| {
        format!("{field}\r\nSubject: x\r\nDate: Fri, 1 May 2026 10:14:02 +0000\r\n\r\ntext\r\n").into_bytes()
    };
    let rows: Vec<(&str, Vec<u8>, u64)> = vec![
        ("stated-name", office("docProps/core.xml", &core("<dc:creator>Ann Lee</dc:creator>")), 1),
        ("stated-name", office("docProps/core.xml", &core("<cp:lastModifiedBy>Bo Li</cp:lastModifiedBy>")), 1),
        ("stated-name", office("docProps/app.xml", &app("<Manager>Cy Orr</Manager>")), 1),
        (
            "stated-name",
            office("docProps/core.xml", &core("<dc:title>Ann Lee</dc:title><cp:revision>7</cp:revision>")),
            0,
        ),
        ("stated-name", mail("From: bob <a1@x.example>"), 1),
        ("stated-name", mail("X-Mailer: Ann Lee"), 0),
        (
            "stated-host",
            mail(
                "Received: from relay7.corp.example (relay7.corp.example [203.0.113.7]) by mx9.example; Fri, 1 May 2026 10:14:02 +0000",
            ),
            1,
        ),
        ("stated-host", mail("MIME-Version: 1.0"), 0),
        ("stated-company", office("docProps/app.xml", &app("<Company>Globex</Company>")), 1),
        ("stated-company", office("docProps/app.xml", &app("<Application>Globex</Application><Pages>3</Pages>")), 0),
    ];
    let scrubber = scrubjay::Scrubber::builder().unrecorded().build().unwrap();
    for (n, (rule, bytes, least)) in rows.into_iter().enumerate() {
        let report = scrubber.scrub(&bytes[..], Vec::new()).unwrap();
        let count = report.summary.rules.iter().find(|count| &*count.rule == rule).map_or(0, |count| count.count);
        assert!(count >= least && (least > 0 || count == 0), "row {n}: {rule} took {count}");
    }
}
