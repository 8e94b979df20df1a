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
