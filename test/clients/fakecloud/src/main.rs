//! fakecloud's ECR alone, for one account, with signatures checked: `fakecloud-ecr-server 127.0.0.1:PORT`.
use std::{env, net::SocketAddr, sync::Arc};

use axum::extract::{DefaultBodyLimit, Extension};
use fakecloud_core::auth::{CredentialResolver, Principal, PrincipalType, ResolvedCredential};
use fakecloud_core::{dispatch, multi_account::MultiAccountState, registry::ServiceRegistry};

const ACCOUNT: &str = "012345678901";
const REGION: &str = "us-east-1";

/// Knows the one key of the environment.
struct OneKey;

impl CredentialResolver for OneKey {
    fn resolve(&self, access_key_id: &str) -> Option<ResolvedCredential> {
        let secret_access_key = env::var("AWS_SECRET_ACCESS_KEY").ok()?;
        (env::var("AWS_ACCESS_KEY_ID").ok()? == access_key_id).then(|| ResolvedCredential {
            secret_access_key,
            session_token: None,
            principal: Principal {
                arn: format!("arn:aws:iam::{ACCOUNT}:user/push"),
                user_id: access_key_id.to_string(),
                account_id: ACCOUNT.to_string(),
                principal_type: PrincipalType::User,
                source_identity: None,
                tags: None,
            },
            session_policies: Vec::new(),
            mfa_present: false,
            token_issued_at: None,
            federated_provider: None,
        })
    }
}

#[tokio::main]
async fn main() {
    let address = env::args().nth(1).expect("an address to listen at");
    let state = MultiAccountState::new(ACCOUNT, REGION, &format!("http://{address}"));
    let mut services = ServiceRegistry::new();
    services.register(Arc::new(fakecloud_ecr::EcrService::new(Arc::new(state.into()))));
    let mut config = dispatch::DispatchConfig::new(REGION, ACCOUNT);
    config.verify_sigv4 = true;
    config.credential_resolver = Some(Arc::new(OneKey));
    let app = axum::Router::new()
        .fallback(dispatch::dispatch)
        .layer(Extension(Arc::new(services)))
        .layer(Extension(Arc::new(config)))
        .layer(DefaultBodyLimit::disable());
    let listener = tokio::net::TcpListener::bind(address).await.expect("a free address");
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await.expect("a server");
}
