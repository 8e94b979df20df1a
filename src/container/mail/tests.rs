//! Mails through a visitor that writes in capitals.

use super::super::testing::*;
use super::super::{Error, Limit, Limits, sniff};
use super::header::{Begins, begins};

fn upper(mail: &str) -> String {
    String::from_utf8(rebuild(mail.as_bytes(), &mut Upper::default(), Limits::default()).unwrap()).unwrap()
}

/// Fields as they come out when nothing of them is what it is about.
const HEAD: &str = "MIME-VERSION: 1.0\r\nSUBJECT: X\r\n";

#[test]
fn a_mail_is_told_by_two_fields() {
    for (head, expected) in [
        ("From: a\nTo: b\n", Begins::Mail),
        ("Received: from a\r\n\tby b\r\nX-Any: 1\r\nSubject: x\r\n", Begins::Mail),
        ("From jane@example.com Fri May  1 10:14:02 2026\nReturn-Path: <x>\n", Begins::Mail),
        ("From: a\n", Begins::Perhaps),
        ("From: a\nX-Other: 1\n", Begins::Perhaps),
        ("From: a\n\nText\n", Begins::Other),
        ("Note: a\nFrom: a\nTo: b\n", Begins::Other),
        ("From here it is 10:14 to there\nall text\n", Begins::Other),
        ("2026-05-01 10:14:02 INFO x\nDate: x\n", Begins::Other),
        ("From: ", Begins::Other),
        ("", Begins::Other),
    ] {
        assert_eq!(begins(head.as_bytes()), expected, "{head:?}");
    }
    assert_eq!(sniff(b"From: a\nTo: b\n\nx\n").map(|format| format.id()), Some("mail"));
}

#[test]
fn folded_and_encoded_fields_are_read_as_they_are_meant() {
    let out = upper("Subject: =?utf-8?Q?gr=C3=BCn_?=\r\n =?UTF-8?B?amFuZQ==?=\r\nDate: X\r\n\r\n");
    assert!(out.starts_with("SUBJECT: =?utf-8?B?R1LDvE4g?=\r\n =?UTF-8?B?SkFORQ==?=\r\nDATE: X\r\n\r\n"), "{out}");
}

#[test]
fn bodies_come_out_in_their_encoding() {
    let mail =
        format!("{HEAD}CONTENT-TRANSFER-ENCODING: quoted-printable\r\n\r\nmail jane=\r\n=40example =3D now\r\nX\r\n");
    let mail =
        mail.replace("CONTENT-TRANSFER-ENCODING: quoted-printable", "CONTENT-TRANSFER-ENCODING: QUOTED-PRINTABLE");
    let out = upper(&mail);
    assert!(out.ends_with("\r\n\r\nMAIL JANE=\r\n=40EXAMPLE =3D NOW\r\nX\r\n"), "{out}");
    let mail = format!("{HEAD}CONTENT-TRANSFER-ENCODING: BASE64\r\n\r\namFuZSBy\r\nb2U=\r\n\r\n");
    assert!(upper(&mail).ends_with("\r\n\r\nSkFORSBS\r\nT0U=\r\n\r\n"), "{}", upper(&mail));
    // Nothing changes in it, so that not even its odd line comes out otherwise.
    let mail = format!("{HEAD}CONTENT-TRANSFER-ENCODING: BASE64\r\n\r\nSkFO\r\n RQ==\r\n");
    assert_eq!(upper(&mail), mail);
}

#[test]
fn parts_stay_where_they_are() {
    let mail = "MIME-VERSION: 1.0\nCONTENT-TYPE: MULTIPART/MIXED;\n BOUNDARY=\"==B\"\n\npreamble\n--==B\nCONTENT-TYPE: TEXT/PLAIN\n\n\
                one\n--==Bx\n\n--==B\nCONTENT-TYPE: MULTIPART/ALTERNATIVE; BOUNDARY=IN\n\n--IN\n\ntwo\n--IN--\nend\n--==B--\nepilogue\n";
    let mail = mail.replace("MIME-VERSION: 1.0\n", "MIME-VERSION: 1.0\nSUBJECT: X\n");
    let mut expected = mail.clone();
    for word in ["preamble", "one", "two", "end", "epilogue"] {
        expected = expected.replace(word, &word.to_uppercase());
    }
    let expected = expected.replace("--==Bx", "--==BX");
    assert_eq!(upper(&mail), expected);
}

#[test]
fn a_mailbox_is_taken_apart_and_its_quoted_lines_stay() {
    let one = "From X@Y Fri May  1 10:14:02 2026\nSUBJECT: X\n\none\n>From here\n\n";
    let two = "From X@Y Fri May  1 10:14:02 2026\nSUBJECT: X\n\ntwo\nFrom now on\n";
    let out = upper(&format!("{one}{two}"));
    assert!(out.contains("\n\nONE\n>FROM HERE\n\n") && out.ends_with("\n\nTWO\nFROM NOW ON\n"), "{out}");
    assert_eq!(out.lines().count(), (one.to_string() + two).lines().count());
}

#[test]
fn an_attachment_is_opened_and_put_back() {
    let packed = zipped(&[("a.log", b"user jane")]);
    let lines: Vec<String> = {
        use base64::Engine;
        let text = base64::engine::general_purpose::STANDARD.encode(&packed);
        text.as_bytes().chunks(76).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect()
    };
    let mail = format!(
        "{HEAD}CONTENT-TYPE: APPLICATION/ZIP; NAME=\"A.ZIP\"\r\nCONTENT-TRANSFER-ENCODING: BASE64\r\n\r\n{}\r\n",
        lines.join("\r\n")
    );
    let out = upper(&mail);
    let body = super::body::base64(out.split_once("\r\n\r\n").unwrap().1.as_bytes()).unwrap();
    assert_eq!(unzipped(&body), [("A.LOG".into(), b"USER JANE".to_vec())]);
    let broken = format!("{HEAD}CONTENT-TRANSFER-ENCODING: BASE64\r\n\r\n*jane*\r\n");
    let mut visitor = Upper::default();
    let out = rebuild(broken.as_bytes(), &mut visitor, Limits::default()).unwrap();
    assert!(memchr::memmem::find(&out, b"jane").is_none());
    assert_eq!(visitor.withheld.len(), 1);
}

#[test]
fn hosts_and_names_are_stated_by_their_fields() {
    let out = upper(
        "RECEIVED: FROM MX.CORP.EXAMPLE (HELO=GW.CORP.EXAMPLE [10.0.0.1]) BY A.B.EXAMPLE; X\r\nFROM: \"DOE, J\" <X@Y>, ROE <Z@Y>\r\n\r\n",
    );
    assert!(
        out.contains(
            "FROM hostname MX.CORP.EXAMPLE (HELO=hostname GW.CORP.EXAMPLE [10.0.0.1]) BY hostname A.B.EXAMPLE; X"
        ),
        "{out}"
    );
    assert!(out.contains("FROM: \"name DOE, J\" <X@Y>, name ROE <Z@Y>"), "{out}");
}

#[test]
fn the_name_of_a_file_is_scrubbed_as_a_whole_also_in_parts() {
    let of = |field: &str| upper(&format!("{HEAD}{field}\r\n\r\n"))[HEAD.len()..].trim_end().to_string();
    assert_eq!(of("CONTENT-TYPE: A/B; NAME=\"jane roe.tgz\"; X=1"), "CONTENT-TYPE: A/B; NAME=\"JANE ROE.TGZ\"; X=1");
    assert_eq!(
        of("CONTENT-DISPOSITION: ATTACHMENT;\r\n FILENAME*0=\"jane.r\";\r\n\tfilename*1=oe.log; SIZE=7"),
        "CONTENT-DISPOSITION: ATTACHMENT;\r\n FILENAME*0=\"JANE.ROE.LOG\";\r\n\tfilename*1=; SIZE=7"
    );
    assert_eq!(of("SUBJECT: A; FILENAME*1=jane"), "SUBJECT: A; FILENAME*1=JANE");
}

#[test]
fn parts_are_counted_even_if_they_are_empty() {
    let mail = format!("{HEAD}CONTENT-TYPE: MULTIPART/MIXED; BOUNDARY=B\r\n\r\n{}", "--B\r\n\r\n".repeat(100));
    let few = Limits { entries: 50, ..Limits::default() };
    let result = rebuild(mail.as_bytes(), &mut silent(), few);
    assert!(matches!(result, Err(Error::Limit(Limit::Entries(50)))), "{result:?}");
}

#[test]
fn a_comma_in_an_encoded_word_ends_no_name() {
    let out = upper(&format!("{HEAD}TO: =?ISO-8859-1?Q?M=DCLLER=2C_J=D6RG?= <X>, A <Y>\r\n\r\n"));
    // The name as a whole is one value, and so is the next.
    let name = b"name M\xdcLLER, J\xd6RG";
    let word = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, name);
    assert!(out.contains(&format!("TO: =?ISO-8859-1?B?{word}?= <X>, name A <Y>")), "{out}");
}

#[test]
fn a_body_in_an_unknown_encoding_is_withheld() {
    let mut upper = Upper::default();
    let mail = format!("{HEAD}CONTENT-TRANSFER-ENCODING: X-UUENCODE\r\n\r\nbegin 644 a.log\r\n#0V%T\r\nend\r\n");
    let out = rebuild(mail.as_bytes(), &mut upper, Limits::default()).unwrap();
    assert!(String::from_utf8(out.clone()).unwrap().contains("withheld") && upper.withheld.len() == 1);
    // Found by fuzzing: twice is once, and where there is no body nothing is withheld.
    assert_eq!(rebuild(&out, &mut silent(), Limits::default()).unwrap(), out);
    let bare = format!("{HEAD}CONTENT-TRANSFER-ENCODING: \u{1d}");
    assert_eq!(rebuild(bare.as_bytes(), &mut silent(), Limits::default()).unwrap(), bare.as_bytes());
}
