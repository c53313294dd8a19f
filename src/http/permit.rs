//! Whom a route answers, said where the route is listed: it stands before the handler, and in the document.

use axum::Extension;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::SecurityRequirement;
use utoipa_axum::router::UtoipaMethodRouter;

use super::signed::{SignedIn, peer};
use super::{Live, WebError};
use crate::access::{Access, Permission, Role};

/// Name of the security scheme.
pub(super) const SCHEME: &str = "session";

/// Whom an operation answers, and what goes into the audit log then.
pub(super) const EXTENSION: &str = "x-permission";

type Routes = UtoipaMethodRouter<Live>;

/// Answered to anybody.
pub(super) fn open(routes: Routes) -> Routes {
    with(Access::Open, routes)
}

/// Answered to whoever asks from this machine, and to who is signed in and may see every camera.
pub(super) fn machine(routes: Routes) -> Routes {
    with(Access::Machine, routes)
}

/// Answered to whoever is signed in.
pub(super) fn signed_in(routes: Routes) -> Routes {
    with(Access::SignedIn, routes)
}

/// Answered to whoever is signed in and may do this.
pub(super) fn may(permission: Permission, routes: Routes) -> Routes {
    with(Access::May(permission), routes)
}

fn with(access: Access, (schemas, mut paths, router): Routes) -> Routes {
    paths.paths.values_mut().flat_map(operations).for_each(|operation| describe(operation, access));
    let router = router.route_layer(middleware::from_fn(move |live, request, next| check(access, live, request, next)));
    (schemas, paths, router)
}

pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, options, head, patch, trace, .. } = item;
    [get, put, post, delete, options, head, patch, trace].into_iter().flatten()
}

fn describe(operation: &mut Operation, access: Access) {
    let roles: Vec<_> = access.roles().into_iter().map(Role::name).collect();
    let audit = operation.extensions.as_ref().and_then(|known| known.get(EXTENSION)?.get("audit").cloned());
    // One, for extensions have no order of their own, and the document is compared.
    let mut told = json!({});
    if let Some(audit) = audit {
        told["audit"] = audit;
    }
    told["name"] = json!(access.name());
    told["roles"] = json!(roles);
    operation.extensions.get_or_insert_default().merge(Extensions::builder().add(EXTENSION, told).build());
    if access != Access::Open {
        operation.security = Some(vec![SecurityRequirement::new(SCHEME, [] as [&str; 0])]);
    }
}

async fn check(access: Access, Extension(live): Extension<Live>, mut request: Request, next: Next) -> Response {
    let asks_here = peer(request.extensions()).is_loopback();
    if access == Access::Open || access == Access::Machine && asks_here {
        return next.run(request).await;
    }
    let signed = live.context().signed(request.headers()).await;
    let paced = signed.and_then(|signed| live.context().pace.check_account(signed.account.id).map(|()| signed));
    match paced.and_then(|signed| permit(access, signed)) {
        Ok(signed) => {
            request.extensions_mut().insert(signed);
            next.run(request).await
        }
        Err(refused) => refused.into_response(),
    }
}

fn permit(access: Access, signed: SignedIn) -> Result<SignedIn, WebError> {
    let refused = |why: &str| Err(WebError::Forbidden(why.to_owned()));
    match access {
        Access::Open | Access::SignedIn => Ok(signed),
        _ if signed.must_enrol => refused("administrators sign in with a second factor here: set one up first"),
        Access::Machine if signed.account.cameras.is_some() => refused("this is for who may see every camera"),
        Access::May(permission) if !signed.account.role.may(permission) => {
            let role = signed.account.role.name();
            Err(WebError::Forbidden(format!("an account with the role {role} may not do this: {}", permission.name())))
        }
        Access::Machine | Access::May(_) => Ok(signed),
    }
}
