using Aigc.Annotation.Adjudication;
using Aigc.Annotation.Campaigns;
using Aigc.Annotation.Export;
using Aigc.Annotation.Labelers;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage;
using MassTransit;

namespace Aigc.Annotation;

/// <summary>Wires the room: campaigns, tasks, labelers, export.</summary>
public static class AnnotationModule
{
    /// <summary>Adds its services and documents.</summary>
    public static IHostApplicationBuilder AddAnnotation(this IHostApplicationBuilder builder)
    {
        // A query that cannot be read is answered in the API's error form, not with an empty 400.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddSingleton(Taxonomy.Default);
        builder.Services.AddSingleton<ILabeler, RulesLabeler>();
        builder.Services.AddSingleton<ILabeler, StatisticalLabeler>();
        builder.Services.AddSingleton<LabelerSet>();
        builder.Services.AddSingleton<CampaignKey>();
        builder.Services.AddSingleton<TaskDesk>();
        builder.Services.AddDocuments<Campaign>("campaigns", campaign => campaign.Tenant);
        builder.Services.AddDocuments<AnnotationTask>("annotation-tasks", task => task.Campaign, task => task.Number, task => task.Status, task => task.LeasableAt, task => task.Dispute);
        builder.Services.AddDocuments<LabelledVersion>("labelled-versions");
        return builder;
    }

    /// <summary>Adds its process, its work and its consumer to the bus.</summary>
    public static void AddAnnotation(this IBusRegistrationConfigurator bus)
    {
        bus.AddProcess<LabelingCampaignStateMachine, LabelingCampaign, RunLabelingCampaign>();
        bus.AddWork<LabelTasks, LabelTasksWork>();
        bus.AddWork<ExportLabels, ExportLabelsWork>();
        bus.AddCommandConsumer<OpenTasks, CountOpenTasks>();
    }

    /// <summary>Maps <c>/api/annotation</c>.</summary>
    public static void MapAnnotation(this IEndpointRouteBuilder app)
    {
        CampaignEndpoints.Map(app);
        StartEndpoint.Map(app);
        TaskEndpoints.Map(app);
        AdjudicationEndpoints.Map(app);
    }
}
