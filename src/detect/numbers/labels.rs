//! Words that say what a number is: the table of labels, and how a number is reached from its label.

use crate::detect::bytes::{ALNUM, ByteSet, DIGIT, HIGH, LETTER};
use crate::detect::numbers::compact::{Compact, is_one_digit};
use crate::detect::numbers::national::{self as n, Check};
use crate::detect::numbers::phone;
use crate::detect::reading::key::WIDE_COLON;
use crate::detect::view::View;

/// What a label promises.
#[derive(Clone, Copy)]
pub enum What {
    /// A telephone number; `true` if the word means nothing else.
    Phone(bool),
    /// A payment card.
    Card,
    /// An IBAN.
    Iban,
    /// A bank's or an account's number, in one of these forms.
    Bank(&'static [Form]),
    /// A person's or a firm's number, in one of these forms.
    Person(&'static [Form]),
    /// A card or a person's number: `PAN` is either.
    CardOr(&'static [Form]),
    /// The number of a device or of its subscriber, in one of these forms.
    Device(&'static [Form]),
}

/// Forms that checks leave little doubt about, for words that say no more than that a number is a person's.
const CHECKED: &[Form] = &[
    ("999999999999999", Some(n::emirates)),
    ("99999XX99999999", Some(n::nir)),
    ("AAAAAA99A99A999A", Some(n::fiscal)),
    ("9999999999999", Some(n::south_africa)),
    ("9999999999999", Some(n::thai)),
    ("9999999999999", Some(n::cnp)),
    ("9999999999999", Some(n::jmbg)),
    ("9999999999999", Some(n::ahv)),
    ("999999999999", Some(n::aadhaar)),
    ("999999999999", Some(n::my_number)),
    ("999999999999", Some(n::kazakhstan)),
    ("999999999999", Some(n::personnummer)),
    ("99999999999", Some(n::turkey)),
    ("99999999999", Some(n::pesel)),
    ("99999999999", Some(n::mod11_10)),
    ("99999999999", Some(n::fodselsnummer)),
    ("99999999999", Some(n::rrn)),
    ("99999999999", Some(n::cpf)),
    ("99999999999", Some(n::cuit)),
    ("99999999999", Some(n::baltic)),
    ("99999999999", Some(n::amka)),
    ("9999999999", Some(n::personnummer)),
    ("9999999999", Some(n::nhs)),
    ("9999999999", Some(n::egn)),
    ("9999999999", Some(n::rodne)),
    ("9999999999", Some(n::iran)),
    ("9999999999", Some(n::kennitala)),
    ("9999999999", Some(n::svnr)),
    ("999999A999X", Some(n::hetu)),
    ("999999999", Some(n::sum)),
    ("999999999", Some(n::ssn)),
    ("999999999", Some(n::bsn)),
    ("999999999", Some(n::afm)),
    ("999999999", Some(n::nif)),
    ("99999999999999999X", Some(n::china)),
    ("A9999999A", Some(n::dni)),
    ("99999999A", Some(n::dni)),
    ("A9999999A", Some(n::nric)),
    ("AA999999A", Some(n::nino)),
    ("A999999999", Some(n::taiwan)),
    ("A9999999", Some(n::hkid)),
];

/// A form: `9` for a digit, `A` for a letter, `X` for either, the last with `{least,most}`; and the check behind it, if there
/// is one.
pub type Form = (&'static str, Option<Check>);

/// Words in lower case and what they promise. A blank stands for a blank, `_`, `-` or nothing; a star at the end lets the
/// word go on, one at the beginning lets it be the end of another.
pub const LABELS: &[(&[&str], What)] = &[
    (
        &[
            "*phone*",
            "mobile*",
            "telefon*",
            "téléphone",
            "teléfono",
            "telefone",
            "telefoon*",
            "telef",
            "tel",
            "wa.me",
            "fax*",
            "telefax*",
            "msisdn",
            "cell",
            "cellular",
            "whatsapp",
            "handy",
            "handynummer",
            "rufnummer",
            "móvil",
            "celular",
            "portable",
            "cellulare",
            "telno",
            "mobil",
            "mobiltelefon",
            "puhelin",
            "電話",
            "电话",
            "手机",
            "телефон",
            "전화",
            "telnr",
            "callback number",
            "caller id",
            "callerid",
            "sms to",
            "hotline",
            "pager",
            "komórka",
            "telèfon",
            "contact number",
            "contact no",
            "tél",
            "携帯",
            "gsm",
            "mobiel",
            "mobilnummer",
            "tlf",
            "kom",
            "τηλέφωνο",
            "κινητό",
            "טלפון",
            "נייד",
            "هاتف",
            "جوال",
            "моб",
            "연락처",
            "휴대폰",
            "điện thoại",
            "โทรศัพท์",
            "cep tel*",
        ],
        What::Phone(true),
    ),
    (
        &[
            "dial",
            "dialed*",
            "dialled*",
            "dialing*",
            "dialling*",
            "dial in*",
            "sms",
            "reach me",
            "reach us",
            "reach him",
            "reach her",
            "caller",
            "callee",
            "call me",
            "call us",
            "call him",
            "call her",
            "called from",
            "calling from",
            "call back",
            "ring me",
            "text me",
        ],
        What::Phone(false),
    ),
    (
        &[
            "card*",
            "credit card*",
            "debit card*",
            "ccn",
            "ccnum*",
            "cc num*",
            "visa",
            "mastercard",
            "amex",
            "american express",
            "maestro",
            "diners*",
            "discover",
            "jcb",
            "unionpay",
            "kreditkarte*",
            "tarjeta*",
            "carte*",
            "kartennummer",
            "cartão",
            "primary account number",
            "acct num",
        ],
        What::Card,
    ),
    (&["pan"], What::CardOr(&[("AAAAA9999A", Some(n::pan))])),
    (&["iban*"], What::Iban),
    (&["routing*", "aba", "rtn", "transit number", "bankleitzahl", "blz"], What::Bank(&[("999999999", Some(n::aba))])),
    (
        &[
            "account number",
            "account no",
            "account num",
            "acct no",
            "acct",
            "accountnumber",
            "bank account*",
            "kontonummer",
            "konto nr",
            "numéro de compte",
            "número de cuenta",
            "rekeningnummer",
            "acct number",
            "bankaccount*",
        ],
        What::Bank(&[("9{6,17}", None)]),
    ),
    (&["sort code", "bsb"], What::Bank(&[("999999", None)])),
    (&["bic", "swift", "swift code", "bic code"], What::Bank(&[("AAAAAAXXXXX", None), ("AAAAAAXX", None)])),
    (
        &["ssn", "social*", "ssn number", "us ssn", "socialsecurity*"],
        What::Person(&[
            ("999999999", Some(n::ssn)),
            ("999999999", Some(n::sum)),
            ("999999999", Some(n::ssn_by_label)),
            ("999999999A", None),
        ]),
    ),
    (
        &["itin", "taxpayer*", "tax id*", "sin", "tin"],
        What::Person(&[
            ("999999999", Some(n::ssn)),
            ("999999999", Some(n::sum)),
            ("999999999A", None),
            ("99999999999", Some(n::mod11_10)),
            ("9999999999", Some(n::nip)),
        ]),
    ),
    (&["ein", "fein", "employer id*"], What::Person(&[("999999999", None)])),
    (
        &["nino", "national insurance*", "ni number", "ni no", "nin"],
        What::Person(&[("AA999999A", Some(n::nino)), ("AA999999", Some(n::nino))]),
    ),
    (&["nhs*"], What::Person(&[("9999999999", Some(n::nhs))])),
    (
        &["steuer*", "idnr", "tin", "steueridentifikationsnummer"],
        What::Person(&[("99999999999", Some(n::mod11_10)), ("9{10,13}", None)]),
    ),
    (&["personalausweis*", "ausweis*"], What::Person(&[("X{9,10}", None)])),
    (
        &["sozialversicherung*", "svnr", "rentenversicherung*", "sv nummer", "rvnr"],
        What::Person(&[("99999999A999", None), ("9999999999", Some(n::svnr))]),
    ),
    (
        &[
            "nir",
            "insee",
            "sécurité sociale",
            "securite sociale",
            "sécu",
            "numéro de sécu*",
            "numéro sécu*",
            "numero secu*",
        ],
        What::Person(&[("99999XX99999999", Some(n::nir))]),
    ),
    (
        &["dni", "nie", "nif", "cif", "documento*", "contribuinte", "número de identificação fiscal", "d.n.i."],
        What::Person(&[
            ("99999999A", Some(n::dni)),
            ("A9999999A", Some(n::dni)),
            ("999999999", Some(n::nif)),
            ("A99999999", None),
            ("99999999", None),
        ]),
    ),
    (
        &["codice fiscale", "codfisc", "fiscal code", "c.f.", "codicefiscale"],
        What::Person(&[("AAAAAA99A99A999A", Some(n::fiscal))]),
    ),
    (&["partita iva", "p.iva", "piva"], What::Person(&[("99999999999", Some(n::sum))])),
    (&["bsn", "burgerservice*", "sofinummer"], What::Person(&[("999999999", Some(n::bsn))])),
    (
        &[
            "rijksregister*",
            "registre national",
            "nrn",
            "insz",
            "niss",
            "rrn",
            "nationaal nummer",
            "numéro national",
            "numero national",
        ],
        What::Person(&[("99999999999", Some(n::rrn))]),
    ),
    (&["pesel"], What::Person(&[("99999999999", Some(n::pesel))])),
    (&["regon"], What::Person(&[("999999999", Some(n::regon)), ("99999999999999", None)])),
    (&["nip"], What::Person(&[("9999999999", Some(n::nip))])),
    (
        &["personnummer", "personnr", "pnr", "samordningsnummer", "personal identity number"],
        What::Person(&[
            ("999999999999", Some(n::personnummer)),
            ("9999999999", Some(n::personnummer)),
            ("99999999999", Some(n::fodselsnummer)),
        ]),
    ),
    (
        &["fødselsnummer", "fodselsnummer", "fnr", "fødselsnr", "fodselsnr", "d-nummer"],
        What::Person(&[("99999999999", Some(n::fodselsnummer))]),
    ),
    (&["cpr*", "personnummer", "cpr-nr"], What::Person(&[("9999999999", Some(n::cpr))])),
    (
        &["hetu", "henkilötunnus", "henkilotunnus", "sotu"],
        What::Person(&[("999999A999X", Some(n::hetu)), ("999999999X", Some(n::hetu))]),
    ),
    (&["pps*"], What::Person(&[("9999999AA", Some(n::pps)), ("9999999A", Some(n::pps))])),
    (&["ahv*", "avs"], What::Person(&[("9999999999999", Some(n::ahv))])),
    (&["cpf*"], What::Person(&[("99999999999", Some(n::cpf))])),
    (&["cnpj"], What::Person(&[("99999999999999", Some(n::cnpj))])),
    (&["cuit", "cuil"], What::Person(&[("99999999999", Some(n::cuit))])),
    (&["rut", "rol unico"], What::Person(&[("99999999X", Some(n::rut)), ("9999999X", Some(n::rut))])),
    (&["curp"], What::Person(&[("AAAA999999AAAAAAX9", Some(n::curp))])),
    (&["rfc"], What::Person(&[("AAAA999999XXX", Some(n::rfc)), ("AAA999999XXX", Some(n::rfc))])),
    (&["cedula*", "cédula*", "cédula de ciudadanía"], What::Person(&[("9{6,11}", None)])),
    (&["aadhaar*", "aadhar*", "uidai"], What::Person(&[("999999999999", Some(n::aadhaar))])),
    (&["gstin", "gst"], What::Person(&[("99AAAAA9999AXXX", None), ("999999999", None)])),
    (&["voter*", "epic"], What::Person(&[("AAA9999999", None)])),
    (&["tfn", "tax file*"], What::Person(&[("999999999", Some(n::tfn))])),
    (&["abn", "australian business*"], What::Person(&[("99999999999", Some(n::abn))])),
    (&["acn", "australian company*"], What::Person(&[("999999999", Some(n::acn))])),
    (
        &["medicare*", "mbi"],
        What::Person(&[("9999999999", Some(n::medicare)), ("99999999999", Some(n::medicare)), ("9AX9AX9AA99", None)]),
    ),
    (&["ird*"], What::Person(&[("999999999", Some(n::ird)), ("99999999", Some(n::ird))])),
    (&["nric", "fin"], What::Person(&[("A9999999A", Some(n::nric))])),
    (&["mykad", "nric", "ic number", "ic no"], What::Person(&[("999999999999", None)])),
    (
        &["my number", "individual number", "マイナンバー", "個人番号"],
        What::Person(&[("999999999999", Some(n::my_number))]),
    ),
    (
        &["rrn", "resident registration*", "주민등록번호", "주민번호", "외국인등록번호", "jumin*"],
        What::Person(&[("9999999999999", Some(n::korea))]),
    ),
    (
        &[
            "身份证*",
            "公民身份*",
            "居民身份证*",
            "resident id*",
            "resident identity*",
            "identity card*",
            "id card*",
            "idcard*",
        ],
        What::Person(&[("99999999999999999X", Some(n::china)), ("X{8,12}", None)]),
    ),
    (&["身分證*", "taiwan id*"], What::Person(&[("A999999999", Some(n::taiwan))])),
    (&["hkid*", "香港身份證*"], What::Person(&[("AA999999X", Some(n::hkid)), ("A999999X", Some(n::hkid))])),
    (
        &[
            "id number",
            "south african id*",
            "rsa id*",
            "identity number",
            "national id*",
            "id no",
            "id nr",
            "identification number",
            "national number",
            "personal number",
            "personal id*",
            "personal code",
            "citizen id*",
            "tax number",
            "tax code",
            "taxid",
            "nationaal nummer",
            "numéro national",
            "numero national",
            "número de identidad",
            "personal identification*",
            "social insurance*",
            "personennummer",
            "证件号*",
            "證件號*",
        ],
        What::Person(CHECKED),
    ),
    (&["thai id*", "เลขประจำตัวประชาชน"], What::Person(&[("9999999999999", Some(n::thai))])),
    (&["tckn", "kimlik*"], What::Person(&[("99999999999", Some(n::turkey))])),
    (&["teudat*", "israeli id*"], What::Person(&[("999999999", Some(n::sum))])),
    (&["inn", "инн"], What::Person(&[("999999999999", Some(n::inn)), ("9999999999", Some(n::inn))])),
    (&["snils", "снилс"], What::Person(&[("99999999999", Some(n::snils))])),
    (&["паспорт*"], What::Person(&[("9999999999", None), ("AA999999", None)])),
    (&["rnokpp", "іпн", "ipn"], What::Person(&[("9999999999", None)])),
    (&["cnp"], What::Person(&[("9999999999999", Some(n::cnp))])),
    (&["egn", "егн"], What::Person(&[("9999999999", Some(n::egn))])),
    (
        &["rodné číslo", "rodne cislo", "rodné č.", "rč"],
        What::Person(&[("9999999999", Some(n::rodne)), ("999999999", Some(n::rodne))]),
    ),
    (&["oib"], What::Person(&[("99999999999", Some(n::mod11_10))])),
    (
        &["jmbg", "emšo", "emŠo", "emso", "јмбг", "matični broj", "umcn"],
        What::Person(&[("9999999999999", Some(n::jmbg)), ("9999999999999", None)]),
    ),
    (&["isikukood", "asmens kodas", "asmens_kod*", "isikutunnus"], What::Person(&[("99999999999", Some(n::baltic))])),
    (&["personas kods"], What::Person(&[("99999999999", Some(n::latvia))])),
    (&["afm", "αφμ", "α.φ.μ"], What::Person(&[("999999999", Some(n::afm))])),
    (&["amka", "αμκα", "α.μ.κ.α"], What::Person(&[("99999999999", Some(n::amka))])),
    (&["kennitala"], What::Person(&[("9999999999", Some(n::kennitala))])),
    (&["taj"], What::Person(&[("999999999", Some(n::taj))])),
    (&["adóazonosító*", "adoazonosito*"], What::Person(&[("9999999999", Some(n::hungary))])),
    (&["kod melli", "کد ملی", "national code"], What::Person(&[("9999999999", Some(n::iran))])),
    (&["iin", "иин", "жсн"], What::Person(&[("999999999999", Some(n::kazakhstan))])),
    (&["ипн", "рнокпп"], What::Person(&[("9999999999", None)])),
    (&["emirates id*", "emiratesid*"], What::Person(&[("999999999999999", Some(n::emirates_by_label))])),
    (&["cnic", "nadra"], What::Person(&[("9999999999999", None)])),
    (&["nik", "ktp"], What::Person(&[("9999999999999999", None)])),
    (&["cccd", "cmnd", "căn cước*"], What::Person(&[("999999999999", None), ("999999999", None)])),
    (&["iqama*"], What::Person(&[("9999999999", None)])),
    (&["pis", "pasep", "nis"], What::Person(&[("99999999999", Some(n::pis))])),
    (&["cnh", "bvn", "ruc"], What::Person(&[("9{11,13}", None)])),
    (
        &["nit", "ruc", "nuss", "nss"],
        What::Person(&[("99999999999", None), ("9999999999", None), ("99999999X", Some(n::rut))]),
    ),
    (&["krankenversicher*", "kvnr", "versichertennummer"], What::Person(&[("A999999999", Some(n::kvnr))])),
    (&["spi", "numéro fiscal", "numero fiscal"], What::Person(&[("9999999999999", None)])),
    (&["siren", "siret"], What::Person(&[("99999999999999", Some(n::sum)), ("999999999", Some(n::sum))])),
    (&["utr"], What::Person(&[("9999999999", None)])),
    (&["nhi number", "nhi"], What::Person(&[("AAA9999", None), ("AAA99A9", None)])),
    (&["ramq"], What::Person(&[("AAAA99999999", None)])),
    (&["תעודת זהות", "תעודת_זהות", "ת.ז", "מספר זהות"], What::Person(&[("999999999", Some(n::sum))])),
    (&["imei*"], What::Device(&[("999999999999999", Some(n::imei)), ("9999999999999999", None)])),
    (&["meid"], What::Device(&[("X{14,15}", None)])),
    (&["imsi"], What::Device(&[("9{14,15}", None)])),
    (&["iccid"], What::Device(&[("9{18,20}", None)])),
    (
        &["vat", "vat id", "vat no", "vat number", "ust id*", "ustid*", "umsatzsteuer*", "tva", "btw*", "mwst"],
        What::Person(&[("AA9{8,12}", None), ("AAX{8,12}", None), ("9{9,12}", None)]),
    ),
    (
        &[
            "passport*",
            "pasaporte",
            "passeport",
            "reisepass*",
            "passnummer",
            "pass nr",
            "paspoort*",
            "passaporto",
            "паспорт",
        ],
        What::Person(&[("X{6,10}", None)]),
    ),
    (
        &[
            "driver licen*",
            "drivers licen*",
            "driver's licen*",
            "driver lic",
            "driver id number",
            "driving licen*",
            "license number",
            "licence number",
            "dl number",
            "dl no",
            "dln",
            "führerschein*",
            "permis de conduire",
            "license no",
            "licence no",
            "drivinglicen*",
        ],
        What::Person(&[("X{6,18}", None)]),
    ),
    (
        &["mrn", "medical record*", "patient id", "patient number", "patient no", "medicalrecord*"],
        What::Person(&[("X{5,12}", None)]),
    ),
    (
        &["vin", "vin code", "vehicle identification number", "chassis number", "fahrgestellnummer"],
        What::Person(&[("X{17,17}", None)]),
    ),
    (&["npi"], What::Person(&[("9999999999", None)])),
    (&["dea number", "dea no", "dea"], What::Person(&[("AA9999999", None)])),
    (&["health card*", "ohip", "insurance number", "insurance id", "member id"], What::Person(&[("X{8,14}", None)])),
];

/// Words between a label and its number that leave no doubt about it.
const FILLER: &[&str] = &[
    "number",
    "numbers",
    "no",
    "nr",
    "num",
    "nummer",
    "numero",
    "numéro",
    "número",
    "is",
    "id",
    "code",
    "my",
    "the",
    "at",
    "us",
    "me",
    "on",
    "ist",
    "est",
    "es",
    "was",
    "mobile",
    "home",
    "work",
    "cell",
    "office",
    "business",
    "direct",
    "line",
    "main",
    "card",
    "account",
    "value",
    "fax",
    "tel",
    "phone",
    "telephone",
    "n",
    "primary",
    "secondary",
    "customer",
    "call",
    "of",
    "to",
    "security",
    "social",
    "license",
    "licence",
    "passport",
    "identification",
    "national",
    "tax",
    "driver",
    "drivers",
    "s",
    "state",
    "insurance",
    "bank",
    "routing",
    "record",
    "medical",
    "your",
    "his",
    "her",
    "our",
    "text",
    "string",
    "uk",
    "usa",
    "sum",
    "ending",
    "or",
    "and",
    "with",
    "using",
    "via",
    "telefon",
    "lautet",
    "nº",
    "n°",
    "für",
    "de",
    "del",
    "personal",
    "identity",
    "permanent",
    "plan",
    "details",
    "details",
    "file",
    "record",
    "ab",
    "used",
    "sms",
    "please",
    "contact",
    "whatsapp",
    "reach",
    "dial",
    "back",
    "type",
    "new",
    "old",
    "current",
    "alternate",
    "emergency",
    "号",
    "号码",
    "號",
    "號碼",
    "番号",
    "번호",
    "номер",
    "nr",
    "lautet",
    "číslo",
    "szám",
    "αριθμός",
    "do",
    "da",
    "is",
    "applicant",
    "employee",
    "patient",
    "client",
    "user",
    "holder",
    "device",
    "handset",
];

/// How far a number may stand behind its label, in bytes.
const REACH: usize = 64;

/// Bytes that may stand between a label and its number besides words.
const BETWEEN: ByteSet = ByteSet::of(b" \t\"'#.()_-[]*\\`/?");

/// Where a number may begin behind a label.
pub struct Places {
    /// The indices, at most four.
    pub at: [usize; 4],
    /// So many of them.
    pub count: usize,
    /// Whether nothing but words of [`FILLER`] stands before the last.
    pub is_plain: bool,
}

/// The places behind the label that ends at `from`.
pub fn places(view: &View<'_>, from: usize) -> Places {
    let mut places = Places { at: [0; 4], count: 0, is_plain: true };
    let mut words = 0;
    let mut separators = 0;
    let mut i = from;
    while i < from + REACH {
        let Some(byte) = view.at(i) else { return places };
        if DIGIT.contains(byte) {
            // `phone1=`, `tel_2:`: the number of the label.
            let end = view.run(i, DIGIT, 3);
            let is_of_label = separators == 0
                && end - i <= 2
                && view.is(end, const { ByteSet::of(b"\"'=:]_ ") })
                && (i == from
                    || view.before(i).is_some_and(|b| LETTER.contains(b) || matches!(b, b'_' | b'#'))
                    || view.is(end, const { ByteSet::of(b"=:\"'") }));
            if is_of_label {
                i = end;
                continue;
            }
            // `mrNVkZ50jqD5`: letters without end between them tell of no label.
            if i > from && view.run_back(i, ALNUM, REACH) < from {
                return Places { count: 0, ..places };
            }
            places.push(i);
            return places;
        }
        match byte {
            b'+' => {
                places.push(i);
                return places;
            }
            // `phone=%2B14155552671`: the plus of an address.
            b'%' if separators > 0 && view.starts_with_ignoring_case(i, b"%2b") && view.is(i + 3, DIGIT) => {
                places.push(i + 3);
                return places;
            }
            b':' | b'=' => {
                separators += 1;
                if separators > 2 {
                    return Places { count: 0, ..places };
                }
                i += 1;
            }
            b'>' => i += 1,
            b'<' => {
                // Cells and lists of HTML: `<th>Phone</th><td>212...`.
                const TAGS: [&[u8]; 9] = [b"td", b"th", b"dd", b"dt", b"li", b"br", b"strong", b"span", b"b"];
                let name = view.run(i + 1, const { ByteSet::of(b"/") }, 1);
                let end = view.run(name, LETTER, 8);
                if !TAGS.contains(&view.slice(name, end)) {
                    return Places { count: 0, ..places };
                }
                i = view.run(end, const { ByteSet::of(b"<>\n").not() }, 40);
            }
            // Between arguments or cells that are quoted.
            b',' if words == 0 && matches!(view.before(i), Some(b'"' | b'\'')) => i += 1,
            0xc2 if view.at(i + 1) == Some(0xa0) => i += 2,
            _ if BETWEEN.contains(byte) => i += 1,
            _ if LETTER.contains(byte) || HIGH.contains(byte) => {
                const LETTERS: ByteSet = LETTER.or(HIGH);
                let mut end = view.run(i, LETTERS, 24);
                // The colon of Chinese and Japanese is as wide as a letter.
                if let Some(colon) = memchr::memmem::find(view.slice(i, end), WIDE_COLON) {
                    separators += usize::from(colon == 0);
                    end = if colon == 0 { i + WIDE_COLON.len() } else { i + colon };
                    if colon == 0 {
                        i = end;
                        continue;
                    }
                }
                let word = view.slice(i, end);
                let starts = view.before(i).is_none_or(|b| !LETTERS.contains(b));
                if starts && view.is(end, DIGIT) {
                    places.push(i);
                    return places;
                }
                if starts && end - i <= 4 && i > from && word.iter().all(u8::is_ascii_uppercase) && places.count < 2 {
                    places.push(i);
                }
                if i > from && starts {
                    words += 1;
                    let lower = word.to_ascii_lowercase();
                    if !FILLER.iter().any(|filler| filler.as_bytes() == lower) {
                        places.is_plain = false;
                        if separators > 0 {
                            return Places { ..places };
                        }
                    }
                    if words > 6 {
                        return places;
                    }
                }
                i = end;
            }
            _ => return places,
        }
    }
    places
}

impl Places {
    fn push(&mut self, at: usize) {
        if let Some(place) = self.at.get_mut(self.count) {
            *place = at;
            self.count += 1;
        }
    }
}

/// The number of one of `forms` at `start`: its end. Where nothing but the length tells, it must stand close to its label.
pub fn number(view: &View<'_>, start: usize, forms: &[Form], is_plain: bool) -> Option<usize> {
    const TIGHT: ByteSet = ByteSet::of(b"-./");
    // `A123456(3)`: the check digit of Hong Kong.
    const LOOSE: ByteSet = ByteSet::of(b" -./(");
    let loose = Compact::read(view, start, ALNUM, LOOSE, 1);
    let tight = Compact::read(view, start, ALNUM, TIGHT, 1);
    forms.iter().find_map(|&(form, check)| {
        let (head, last, least, most) = parts(form);
        let is_weak = check.is_none();
        if is_weak && !is_plain {
            return None;
        }
        let compact = if least == most { &loose } else { &tight };
        (head.len() + least..=head.len() + most).rev().find_map(|length| {
            let text = compact.bytes().get(..length)?;
            let fits = text.iter().enumerate().all(|(i, b)| is_of(*head.get(i).unwrap_or(&last), *b));
            let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
            let has_digits = digits * 2 >= length.min(8) || form.starts_with("AAAAAA") || !is_weak;
            let (groups, count) = compact.groups(length);
            let is_number = fits
                && compact.ends_at(view, length)
                && has_digits
                && !is_one_digit(text)
                && !(is_weak && phone::is_date(&groups[..count.min(8)], text))
                && check.is_none_or(|check| check(text));
            let end = compact.end(length);
            let is_bracketed = view.at(end) == Some(b')') && view.back(end, 2) == Some(b'(');
            let has_bracket = || view.slice(start, end).contains(&b'(');
            (is_number && (is_bracketed || !has_bracket())).then_some(end + usize::from(is_bracketed))
        })
    })
}

/// A form's places but the last, the last, and how often that may stand.
fn parts(form: &str) -> (&[u8], u8, usize, usize) {
    let form = form.as_bytes();
    let Some(open) = form.iter().position(|&b| b == b'{') else {
        let (last, head) = form.split_last().map_or((b'9', &[][..]), |(last, head)| (*last, head));
        return (head, last, 1, 1);
    };
    let number =
        |text: &[u8]| text.iter().filter(|b| b.is_ascii_digit()).fold(0, |n, b| n * 10 + usize::from(b - b'0'));
    let comma = form.iter().position(|&b| b == b',').unwrap_or(open);
    (&form[..open - 1], form[open - 1], number(&form[open..comma]), number(&form[comma..]))
}

fn is_of(class: u8, byte: u8) -> bool {
    match class {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_alphabetic(),
        _ => byte.is_ascii_alphanumeric(),
    }
}
