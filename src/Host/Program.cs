using Akashi.Certificates;
using Akashi.Endpoints;
using Akashi.Host;
using Akashi.Identity;
using Akashi.Operations;
using Akashi.Platform.Web;
using Akashi.Portal;
using Akashi.Traces;

// The whole service: what it is made of, in the order in which it starts.
AkashiModule[] modules =
[
    new CertificatesModule(),
    new IdentityModule(),
    new EndpointsModule(),
    new TracesModule(),
    new OperationsModule(),
    new PortalModule(),
];

return await ServerProgram.RunAsync(modules, args);
