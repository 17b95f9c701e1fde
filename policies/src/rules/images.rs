//! Where images come from, and whether they can change.

mod floating_image_tag;
mod image_digest_missing;
mod image_not_allowed;
mod image_pull_policy_not_always;

pub(super) use floating_image_tag::FloatingImageTag;
pub(super) use image_digest_missing::ImageDigestMissing;
pub(super) use image_not_allowed::ImageNotAllowed;
pub(super) use image_pull_policy_not_always::ImagePullPolicyNotAlways;

use crate::image::ImageReference;
use crate::object::{Container, Field};
use crate::pattern::Glob;

/// An image that a container runs, as written and parsed.
struct Image<'a> {
    text: &'a str,
    field: Field<'a>,
    reference: ImageReference<'a>,
}

/// The image of a container; `None` where an injector or an operator chooses it.
fn image_of<'a>(container: &Container<'a>) -> Option<Image<'a>> {
    let field = container.at("image");
    let text = field.as_str()?;
    ImageReference::parse(text).map(|reference| Image { text, field, reference })
}

/// Why an image can change under its name.
enum Floating<'a> {
    /// It has neither tag nor digest.
    Untagged,
    /// Its tag is one that moves.
    Tag(&'a str),
}

/// Whether an image can change under its name: it has no digest, and no tag or one of `floating`.
fn floating<'a>(image: &ImageReference<'a>, floating: &[Glob]) -> Option<Floating<'a>> {
    if image.digest().is_some() {
        return None;
    }
    match image.tag() {
        None => Some(Floating::Untagged),
        Some(tag) => floating.iter().any(|glob| glob.matches(tag)).then_some(Floating::Tag(tag)),
    }
}

/// The tags that move on every registry.
fn usual_floating_tags() -> Vec<Glob> {
    Glob::try_from("latest".to_owned()).into_iter().collect()
}
