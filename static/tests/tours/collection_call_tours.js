import { registry } from "@web/core/registry";

import { patient } from "./patient";

/** A call from the list of calls: the script, a promise, and its record. */
registry.category("web_tour.tours").add("collection_call_tour", {
    steps: () => patient([
        {
            content: "The call of the notice is in the list",
            trigger: ".o_data_row:contains(Tour Customer) button[name=action_log_call]",
            run: "click",
        },
        {
            content: "The figures of this minute are above the script",
            trigger: ".modal .o_field_widget[name=figures]:contains(Total)",
        },
        {
            content: "And the script is there to be read",
            trigger: ".modal .o_field_widget[name=call_script]:contains(Good morning)",
        },
        {
            content: "The number can be clicked to call",
            trigger: ".modal .o_field_widget[name=address] a[href^='tel:']",
        },
        {
            content: "The customer promised",
            trigger: ".modal .o_field_widget[name=outcome_code] .o_radio_item:contains(Promised) input",
            run: "click",
        },
        {
            content: "The whole amount is suggested",
            trigger: ".modal .o_field_widget[name=amount] input:value(100.00)",
        },
        {
            content: "By next week",
            trigger: ".modal .o_field_widget[name=outcome_date] input",
            run: "edit +7d && press Tab",
        },
        {
            content: "In his words",
            trigger: ".modal .o_field_widget[name=outcome] textarea",
            run: "edit Pays next week",
        },
        {
            content: "Log it",
            trigger: ".modal footer button[name=action_done]",
            run: "click",
        },
        {
            content: "The list is done",
            trigger: ".o_view_nocontent:contains(Nobody has to be called)",
        },
    ]),
});
