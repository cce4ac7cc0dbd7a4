//! The way to leave, added to templates that have none.

use kernel::Locale;

use super::escape;

/// A line with the link by which a person leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Footer {
    /// At the end of the HTML's body.
    Html,
    /// At the end of the plain text.
    Plain,
}

impl Footer {
    pub(super) fn render(self, url: &str, locale: &Locale, out: &mut String) {
        let word = leave(locale);
        match self {
            Self::Html => {
                out.push_str(
                    "<p style=\"font-size:12px;text-align:center;margin:24px 0 0\"><a href=\"",
                );
                escape::html(&escape::whole_url(url), out);
                out.push_str("\">");
                out.push_str(word);
                out.push_str("</a></p>");
            }
            Self::Plain => {
                out.push_str("\n\n-- \n");
                out.push_str(word);
                out.push_str(": ");
                escape::plain(url, out);
                out.push('\n');
            }
        }
    }
}

/// "Unsubscribe" in the language of the mail, in English where the language is another one.
fn leave(locale: &Locale) -> &'static str {
    let language = locale.as_str();
    match language.split('-').next().unwrap_or(language) {
        "de" => "Abmelden",
        "es" => "Darse de baja",
        "fr" => "Se désabonner",
        _ => "Unsubscribe",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_footer_speaks_the_language_of_the_mail() {
        for (locale, word) in [
            ("en", "Unsubscribe"),
            ("de-AT", "Abmelden"),
            ("fr", "Se désabonner"),
            ("es", "Darse de baja"),
            ("pl", "Unsubscribe"),
        ] {
            assert_eq!(leave(&locale.parse().unwrap()), word);
        }
    }

    #[test]
    fn the_footer_has_the_link_escaped_for_its_place() {
        let english = Locale::english();
        let (mut html, mut plain) = (String::new(), String::new());

        Footer::Html.render("https://a.example/u?a=1&b=\"", &english, &mut html);
        Footer::Plain.render("https://a.example/u?a=1&b=2", &english, &mut plain);

        assert!(html.contains("href=\"https://a.example/u?a=1&amp;b=%22\">Unsubscribe</a>"));
        assert_eq!(plain, "\n\n-- \nUnsubscribe: https://a.example/u?a=1&b=2\n");
    }
}
